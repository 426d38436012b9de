import { type FormEvent, useState } from "react";
import { useChange } from "../../lib/api.ts";
import { useNamespaceId } from "../../lib/me.ts";
import { Button } from "../../ui/button.tsx";
import { DialogActions } from "../../ui/dialog.tsx";
import { Field, Input } from "../../ui/field.tsx";
import { Problem } from "../../ui/problem.tsx";
import { useSay } from "../../ui/toasts.tsx";
import { changedFields } from "./changed-fields.ts";
import type { Provider, ProviderType } from "./provider-parts.ts";
import { SetupFieldInput } from "./setup-field.tsx";

interface ProviderFormProps {
  type: ProviderType;
  /** Those that are there: a new one takes none of their aliases. */
  providers: readonly Provider[];
  /** The one to change; undefined for a new one. */
  present?: Provider;
  onDone(): void;
}

/** The fields that the service's set-up asks for, with its guide. The server tries the credential before it keeps it. */
export function ProviderForm({ type, providers, present, onDone }: ProviderFormProps) {
  const namespaceId = useNamespaceId();
  const set = useChange("setProvider");
  const say = useSay();
  const [alias, setAlias] = useState(present?.alias ?? "default");
  const [values, setValues] = useState<Readonly<Record<string, string>>>(present?.fields ?? {});
  const [removed, setRemoved] = useState<ReadonlySet<string>>(new Set());
  const isTaken =
    present === undefined && providers.some((one) => one.type === type.type && one.alias === alias);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (isTaken) return;
    const fields = changedFields(type, { values, removed }, present);
    await set.mutateAsync({ params: { namespaceId }, body: { type: type.type, alias, fields } });
    say(present === undefined ? `${type.title} is connected` : "Saved");
    onDone();
  };
  return (
    <form onSubmit={(event) => void submit(event).catch(() => undefined)} className="grid gap-4">
      <details open={present === undefined} className="rounded-lg bg-code px-3 py-2">
        <summary className="cursor-pointer font-medium">What to do at {type.title} first</summary>
        <p className="mt-2 text-xs whitespace-pre-line text-soft [overflow-wrap:anywhere]">{type.guide}</p>
      </details>
      {present === undefined ? (
        <Field
          label="Alias"
          help="What the code calls it. A second account of the same service needs another one."
          error={isTaken ? "There is one with this alias already: edit that, or choose another." : undefined}
        >
          <Input
            value={alias}
            onChange={(event) => setAlias(event.target.value.trim())}
            required
            maxLength={63}
            autoComplete="off"
            spellCheck={false}
          />
        </Field>
      ) : undefined}
      {type.fields.map((field) => (
        <SetupFieldInput
          key={field.name}
          field={field}
          present={present}
          value={values[field.name] ?? ""}
          isRemoved={removed.has(field.name)}
          onChange={(value) => setValues({ ...values, [field.name]: value })}
          onRemove={(isRemoved) => {
            const next = new Set(removed);
            if (isRemoved) next.add(field.name);
            else next.delete(field.name);
            setRemoved(next);
          }}
        />
      ))}
      <p className="text-xs text-soft">
        Secrets are encrypted at once and never shown again. {type.title} is asked whether it takes them.
      </p>
      <Problem error={set.error} />
      <DialogActions>
        <Button onClick={onDone}>Cancel</Button>
        <Button look="primary" type="submit" isBusy={set.isPending}>
          {present === undefined ? "Connect" : "Save"}
        </Button>
      </DialogActions>
    </form>
  );
}
