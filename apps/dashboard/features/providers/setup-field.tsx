import { Field, Input } from "../../ui/field.tsx";
import type { Provider, SetupField } from "./provider-parts.ts";

interface SetupFieldInputProps {
  field: SetupField;
  /** What is there already; undefined while a new provider is made. */
  present: Provider | undefined;
  value: string;
  isRemoved: boolean;
  onChange(value: string): void;
  onRemove(isRemoved: boolean): void;
}

/** One line of a provider's set-up form. A secret that is there is not shown and stays unless another is entered. */
export function SetupFieldInput({
  field,
  present,
  value,
  isRemoved,
  onChange,
  onRemove,
}: SetupFieldInputProps) {
  const { label, help, isSecret, isOptional, default: standsIn } = field;
  const isThere = isSecret && present?.secretFields.includes(field.name) === true;
  return (
    <div className="grid gap-1">
      <Field label={isOptional ? `${label} (optional)` : label} help={help}>
        <Input
          type={isSecret ? "password" : "text"}
          value={value}
          onChange={(event) => onChange(event.target.value)}
          required={!isOptional && !isThere}
          disabled={isRemoved}
          // A password manager has no business with what a service made.
          autoComplete={isSecret ? "new-password" : "off"}
          spellCheck={false}
          placeholder={isThere ? "Set. Leave it empty to keep it." : standsIn}
        />
      </Field>
      {isThere && isOptional ? (
        <label className="flex items-center gap-2 text-xs">
          <input type="checkbox" checked={isRemoved} onChange={(event) => onRemove(event.target.checked)} />
          Remove the {label.toLowerCase()} that is set
        </label>
      ) : undefined}
    </div>
  );
}
