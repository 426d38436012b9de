import type { Role } from "@floww/contract/api";
import { type FormEvent, useState } from "react";
import { useChange } from "../../lib/api.ts";
import { useOrganizationId, useRolesToGive } from "../../lib/me.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog, DialogActions } from "../../ui/dialog.tsx";
import { Field, Input } from "../../ui/field.tsx";
import { Problem } from "../../ui/problem.tsx";
import { RoleChoice } from "../../ui/role-choice.tsx";
import { ShownOnce } from "../../ui/shown-once.tsx";

/** Makes an invitation and shows its link, once. */
export function CreateInvitation() {
  const [isOpen, setOpen] = useState(false);
  const [made, setMade] = useState<{ email: string; url: string }>();
  const close = () => {
    setOpen(false);
    setMade(undefined);
  };
  return (
    <>
      <Button look="primary" onClick={() => setOpen(true)}>
        Invite
      </Button>
      {made === undefined ? (
        <Dialog
          isOpen={isOpen}
          onClose={close}
          title="Invite somebody"
          lead="You get a link to give to them: no mail is sent."
        >
          <InvitationForm onMade={setMade} onCancel={close} />
        </Dialog>
      ) : (
        <Dialog isOpen onClose={close} title={`Invitation for ${made.email}`}>
          <ShownOnce label="Link" text={made.url}>
            Copy it now: it is not shown again. It is good once, for 7 days, and for {made.email} only.
          </ShownOnce>
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

interface InvitationFormProps {
  onMade(made: { email: string; url: string }): void;
  onCancel(): void;
}

function InvitationForm({ onMade, onCancel }: InvitationFormProps) {
  const organizationId = useOrganizationId();
  const offered = useRolesToGive();
  const [role, setRole] = useState<Role>(offered.includes("developer") ? "developer" : "viewer");
  const create = useChange("createInvitation");
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const email = String(new FormData(event.currentTarget).get("email"));
    onMade(await create.mutateAsync({ params: { organizationId }, body: { email, role } }));
  };
  return (
    <form onSubmit={(event) => void submit(event).catch(() => undefined)} className="grid gap-4">
      <Field label="E-mail" help="The account that joins must have this address.">
        <Input name="email" type="email" required maxLength={254} autoComplete="off" />
      </Field>
      <RoleChoice value={role} onChange={setRole} />
      <Problem error={create.error} />
      <DialogActions>
        <Button onClick={onCancel}>Cancel</Button>
        <Button look="primary" type="submit" isBusy={create.isPending}>
          Make the link
        </Button>
      </DialogActions>
    </form>
  );
}
