import { useState } from "react";
import { type Json, readJson } from "../lib/read-json.ts";
import type { SchemaField } from "../lib/schema-fields.ts";
import { CodeEditor } from "./code-editor.tsx";
import { Field, Input } from "./field.tsx";
import { Select } from "./select.tsx";

interface SchemaFormProps {
  fields: readonly SchemaField[];
  value: Json;
  onChange(value: { [name: string]: Json }): void;
}

/** A form made of a JSON Schema: what is left empty is left out. */
export function SchemaForm({ fields, value, onChange }: SchemaFormProps) {
  const values = value as { [name: string]: Json };
  const set = (name: string, next: Json | undefined) => {
    const { [name]: _, ...others } = values;
    onChange(next === undefined ? others : { ...others, [name]: next });
  };
  return (
    <div className="grid gap-4">
      {fields.map((field) => (
        <SchemaInput
          key={field.name}
          field={field}
          value={values[field.name]}
          onChange={(next) => set(field.name, next)}
        />
      ))}
      {fields.length === 0 ? <p className="text-soft">It takes no input.</p> : undefined}
    </div>
  );
}

interface SchemaInputProps {
  field: SchemaField;
  value: Json | undefined;
  onChange(value: Json | undefined): void;
}

function SchemaInput({ field, value, onChange }: SchemaInputProps) {
  const { label, help, isRequired, kind, schema } = field;
  const name = isRequired ? label : `${label} (optional)`;
  if (kind === "boolean")
    return (
      <label className="flex items-center gap-2">
        <input
          type="checkbox"
          checked={value === true}
          onChange={(event) => onChange(event.target.checked)}
          className="size-4 accent-accent"
        />
        <span className="font-medium">{label}</span>
        {help === undefined ? undefined : <span className="text-soft">{help}</span>}
      </label>
    );
  if (kind === "choice")
    return (
      <Field label={name} help={help}>
        <Select
          label={label}
          value={typeof value === "string" ? value : ""}
          options={[
            { value: "", label: "Choose…" },
            ...(schema.enum ?? []).map((choice) => ({ value: String(choice), label: String(choice) })),
          ]}
          onChange={(next) => onChange(next === "" ? undefined : next)}
        />
      </Field>
    );
  if (kind === "json")
    return <JsonInput label={label} name={name} help={help} value={value} onChange={onChange} />;
  const isNumber = kind === "number" || kind === "integer";
  return (
    <Field label={name} help={help}>
      <Input
        type={isNumber ? "number" : "text"}
        required={isRequired}
        autoComplete="off"
        defaultValue={value === undefined || value === null ? "" : String(value)}
        {...(isNumber ? { step: kind === "integer" ? 1 : "any" } : {})}
        {...(schema.minimum === undefined ? {} : { min: schema.minimum })}
        {...(schema.maximum === undefined ? {} : { max: schema.maximum })}
        {...(schema.minLength === undefined ? {} : { minLength: schema.minLength })}
        {...(schema.maxLength === undefined ? {} : { maxLength: schema.maxLength })}
        onChange={(event) => {
          const text = event.currentTarget.value;
          onChange(text === "" ? undefined : isNumber ? Number(text) : text);
        }}
      />
    </Field>
  );
}

function JsonInput({
  label,
  name,
  help,
  value,
  onChange,
}: Omit<SchemaInputProps, "field"> & { label: string; name: string; help: string | undefined }) {
  const [text, setText] = useState(value === undefined ? "" : JSON.stringify(value, undefined, 2));
  const [isInvalid, setInvalid] = useState(false);
  return (
    <div className="grid gap-1">
      <p className="font-medium">{name}</p>
      <CodeEditor
        label={label}
        language="json"
        value={text}
        isInvalid={isInvalid}
        onChange={(next) => {
          setText(next);
          const isEmpty = next.trim() === "";
          const read = readJson(next);
          setInvalid(!isEmpty && read === undefined);
          if (isEmpty || read !== undefined) onChange(read?.json);
        }}
      />
      <p className="text-xs text-soft">{isInvalid ? "This is not JSON yet." : (help ?? "As JSON.")}</p>
    </div>
  );
}
