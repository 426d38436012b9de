import { Plus, X } from "lucide-react";
import { useState } from "react";
import { classNames } from "../../lib/class-names.ts";
import { Button, IconButton } from "../../ui/button.tsx";
import { CodeEditor } from "../../ui/code-editor.tsx";
import { Field, Input, TextArea } from "../../ui/field.tsx";
import { type Draft, emptyDraft } from "./secret-draft.ts";

interface SecretFieldsProps {
  draft: Draft;
  onChange(draft: Draft): void;
  /** What is the matter with it. */
  fault: string | undefined;
}

/** The value: a text for each field, or JSON. */
export function SecretFields({ draft, onChange, fault }: SecretFieldsProps) {
  return (
    <fieldset className="grid min-w-0 gap-3">
      <legend className="mb-1 font-semibold">Value</legend>
      {draft.kind === "json" ? (
        <CodeEditor
          label="Value as JSON"
          language="json"
          value={draft.text}
          onChange={(text) => onChange({ kind: "json", text })}
          isInvalid={fault !== undefined}
          className="max-h-80 min-h-40"
        />
      ) : (
        <Fields fields={draft.fields} onChange={(fields) => onChange({ kind: "fields", fields })} />
      )}
      {fault === undefined ? undefined : (
        <p role="alert" className="text-xs text-danger [overflow-wrap:anywhere]">
          {fault}
        </p>
      )}
      <div>
        <Button
          look="quiet"
          onClick={() =>
            onChange(draft.kind === "json" ? emptyDraft() : { kind: "json", text: asJson(draft) })
          }
        >
          {draft.kind === "json" ? "Enter texts" : "Enter JSON instead"}
        </Button>
      </div>
    </fieldset>
  );
}

type FieldsDraft = Extract<Draft, { kind: "fields" }>;

/** What was entered goes along. */
function asJson({ fields }: FieldsDraft): string {
  return JSON.stringify(Object.fromEntries(fields.map(({ name, value }) => [name, value])), undefined, 2);
}

interface FieldsProps {
  fields: FieldsDraft["fields"];
  onChange(fields: FieldsDraft["fields"]): void;
}

function Fields({ fields, onChange }: FieldsProps) {
  const [isShown, setShown] = useState(false);
  const change = (id: number, part: { name: string } | { value: string }) =>
    onChange(fields.map((field) => (field.id === id ? { ...field, ...part } : field)));
  const nextId = Math.max(-1, ...fields.map(({ id }) => id)) + 1;
  return (
    <>
      {fields.map(({ id, name, value }, index) => (
        <div
          key={id}
          className="grid grid-cols-[minmax(0,1fr)_auto] items-start gap-2 sm:grid-cols-[12rem_minmax(0,1fr)_auto]"
        >
          <Field label={`Field ${index + 1}`}>
            <Input
              value={name}
              onChange={(event) => change(id, { name: event.target.value })}
              required
              maxLength={128}
              autoComplete="off"
              spellCheck={false}
            />
          </Field>
          <Field label={`Value ${index + 1}`} className="order-last col-span-2 sm:order-none sm:col-span-1">
            {/* Several lines, as keys have; hidden while it is written, as a password. */}
            <TextArea
              rows={1}
              value={value}
              onChange={(event) => change(id, { value: event.target.value })}
              required
              autoComplete="off"
              spellCheck={false}
              className={classNames(
                "field-sizing-content max-h-40 min-h-[2.1875rem] resize-none",
                isShown ? "" : "[-webkit-text-security:disc]",
              )}
            />
          </Field>
          <IconButton
            label={`Remove field ${index + 1}`}
            className="mt-6"
            disabled={fields.length === 1}
            onClick={() => onChange(fields.filter((field) => field.id !== id))}
          >
            <X size={15} aria-hidden="true" />
          </IconButton>
        </div>
      ))}
      <div className="flex flex-wrap items-center gap-3">
        <Button onClick={() => onChange([...fields, { id: nextId, name: "", value: "" }])}>
          <Plus size={15} aria-hidden="true" />
          Add field
        </Button>
        <label className="flex items-center gap-2">
          <input type="checkbox" checked={isShown} onChange={(event) => setShown(event.target.checked)} />
          Show what I enter
        </label>
      </div>
    </>
  );
}
