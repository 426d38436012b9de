import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { useChange } from "../../lib/api.ts";
import type { Me } from "../../lib/me.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog, DialogActions } from "../../ui/dialog.tsx";
import { Field, Input } from "../../ui/field.tsx";
import { Problem } from "../../ui/problem.tsx";

/** Makes another namespace of an organization, and goes there. */
export function CreateNamespace({ organization }: { organization: Me["organizations"][number] }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Button onClick={() => setOpen(true)}>New namespace</Button>
      <Dialog
        isOpen={isOpen}
        onClose={() => setOpen(false)}
        title="New namespace"
        lead={`Data and deployments of their own in ${organization.name}: another environment, or another team.`}
      >
        <NamespaceForm organizationId={organization.id} onClose={() => setOpen(false)} />
      </Dialog>
    </>
  );
}

function NamespaceForm({ organizationId, onClose }: { organizationId: string; onClose(): void }) {
  const navigate = useNavigate();
  const create = useChange("createNamespace");
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const name = String(new FormData(event.currentTarget).get("name"));
    const { id } = await create.mutateAsync({ params: { organizationId }, body: { name } });
    onClose();
    await navigate({ to: "/ns/$namespaceId/settings", params: { namespaceId: id } });
  };
  return (
    <form onSubmit={(event) => void submit(event).catch(() => undefined)}>
      <Field label="Name" help="Letters, digits, -, _ and .">
        <Input name="name" required maxLength={63} autoComplete="off" placeholder="staging" />
      </Field>
      <Problem error={create.error} />
      <DialogActions>
        <Button onClick={onClose}>Cancel</Button>
        <Button look="primary" type="submit" isBusy={create.isPending}>
          Create
        </Button>
      </DialogActions>
    </form>
  );
}
