import type { Role } from "@floww/contract/api";
import { type FormEvent, useState } from "react";
import { useChange } from "../../lib/api.ts";
import { useOrganizationId, useRolesToGive } from "../../lib/me.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog, DialogActions } from "../../ui/dialog.tsx";
import { Field, Input } from "../../ui/field.tsx";
import { Problem } from "../../ui/problem.tsx";
import { RoleChoice } from "../../ui/role-choice.tsx";
import { Select } from "../../ui/select.tsx";
import { ShownOnce } from "../../ui/shown-once.tsx";

const LIVES = [
  { value: "30", label: "30 days" },
  { value: "90", label: "90 days" },
  { value: "365", label: "1 year" },
  { value: "", label: "Never" },
];

/** Makes a service account with its key, which is shown once. */
export function CreateKey() {
  const [isOpen, setOpen] = useState(false);
  const [made, setMade] = useState<{ name: string; key: string }>();
  const close = () => {
    setOpen(false);
    setMade(undefined);
  };
  return (
    <>
      <Button look="primary" onClick={() => setOpen(true)}>
        New key
      </Button>
      {made === undefined ? (
        <Dialog
          isOpen={isOpen}
          onClose={close}
          title="New key"
          lead="It opens every namespace of the organization, as its role says. It ends with your membership."
        >
          <KeyForm onMade={setMade} onCancel={close} />
        </Dialog>
      ) : (
        <Dialog isOpen onClose={close} title={`The key "${made.name}"`}>
          <ShownOnce label="Key" text={made.key}>
            Copy it now: only its fingerprint is kept, and nobody can show it again.
          </ShownOnce>
          <p className="mt-3 text-soft">
            Give it to the command line as <code>FLOWW_TOKEN</code>.
          </p>
          <DialogActions>
            <Button look="primary" onClick={close}>
              Done
            </Button>
          </DialogActions>
        </Dialog>
      )}
    </>
  );
}

interface KeyFormProps {
  onMade(made: { name: string; key: string }): void;
  onCancel(): void;
}

function KeyForm({ onMade, onCancel }: KeyFormProps) {
  const organizationId = useOrganizationId();
  const offered = useRolesToGive();
  const [role, setRole] = useState<Role>(offered.includes("developer") ? "developer" : "viewer");
  const [days, setDays] = useState("90");
  const create = useChange("createApiKey");
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const name = String(new FormData(event.currentTarget).get("name"));
    const expiry = days === "" ? {} : { expiresInDays: Number(days) };
    onMade(await create.mutateAsync({ params: { organizationId }, body: { name, role, ...expiry } }));
  };
  return (
    <form onSubmit={(event) => void submit(event).catch(() => undefined)} className="grid gap-4">
      <Field label="Name" help="What it is for: letters, digits, -, _ and .">
        <Input name="name" required maxLength={63} autoComplete="off" placeholder="ci" />
      </Field>
      <RoleChoice value={role} onChange={setRole} />
      <div className="grid gap-1">
        <span className="font-medium">Expires after</span>
        <Select label="Expires after" value={days} options={LIVES} onChange={setDays} />
      </div>
      <Problem error={create.error} />
      <DialogActions>
        <Button onClick={onCancel}>Cancel</Button>
        <Button look="primary" type="submit" isBusy={create.isPending}>
          Make the key
        </Button>
      </DialogActions>
    </form>
  );
}
