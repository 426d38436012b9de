import { type FormEvent, useState } from "react";
import { useChange } from "../../lib/api.ts";
import { useNamespaceId } from "../../lib/me.ts";
import { Button } from "../../ui/button.tsx";
import { DialogActions } from "../../ui/dialog.tsx";
import { Field, Input } from "../../ui/field.tsx";
import { Problem } from "../../ui/problem.tsx";
import { useSay } from "../../ui/toasts.tsx";
import { type Draft, emptyDraft, readDraft } from "./secret-draft.ts";
import { SecretFields } from "./secret-fields.tsx";
import { type SecretMetadata, secretName } from "./secret-parts.ts";

interface SecretFormProps {
  secrets: readonly SecretMetadata[];
  present?: SecretMetadata;
  onDone(): void;
}

export function SecretForm({ secrets, present, onDone }: SecretFormProps) {
  const namespaceId = useNamespaceId();
  const set = useChange("setSecret");
  const say = useSay();
  const [name, setName] = useState(present?.name ?? "");
  const [credential, setCredential] = useState(present?.credential ?? "default");
  const [draft, setDraft] = useState<Draft>(() => emptyDraft(present?.fields));
  const [fault, setFault] = useState<string>();
  const isTaken =
    present === undefined && secrets.some((one) => one.name === name && one.credential === credential);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const read = readDraft(draft);
    setFault(read.fault);
    if (isTaken || read.value === undefined) return;
    await set.mutateAsync({ params: { namespaceId }, body: { name, credential, value: read.value } });
    say("Set", secretName({ name, credential }));
    onDone();
  };
  return (
    <form onSubmit={(event) => void submit(event).catch(() => undefined)} className="grid gap-4">
      {present === undefined ? (
        <div className="grid gap-4 sm:grid-cols-2">
          <Field label="Name" help="As the code declares it.">
            <Input value={name} onChange={(event) => setName(event.target.value.trim())} {...NAME} />
          </Field>
          <Field
            label="Credential"
            help="Which of several values under this name."
            error={isTaken ? "It is set already: replace it instead." : undefined}
          >
            <Input
              value={credential}
              onChange={(event) => setCredential(event.target.value.trim())}
              {...NAME}
            />
          </Field>
        </div>
      ) : undefined}
      <SecretFields draft={draft} onChange={setDraft} fault={fault} />
      <Problem error={set.error} />
      <DialogActions>
        <Button onClick={onDone}>Cancel</Button>
        <Button look="primary" type="submit" isBusy={set.isPending}>
          {present === undefined ? "Set" : "Replace"}
        </Button>
      </DialogActions>
    </form>
  );
}

const NAME = { required: true, maxLength: 63, autoComplete: "off", spellCheck: false } as const;
