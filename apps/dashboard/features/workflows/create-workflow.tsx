import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { useChange } from "../../lib/api.ts";
import { useNamespaceId } from "../../lib/me.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog, DialogActions } from "../../ui/dialog.tsx";
import { Field, Input } from "../../ui/field.tsx";
import { Problem } from "../../ui/problem.tsx";

/** Makes a name to deploy to. */
export function CreateWorkflow() {
  const namespaceId = useNamespaceId();
  const navigate = useNavigate();
  const [isOpen, setOpen] = useState(false);
  const create = useChange("createWorkflow");
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const body = { name: String(form.get("name")), description: String(form.get("description")) };
    const created = await create.mutateAsync({ params: { namespaceId }, body });
    setOpen(false);
    await navigate({
      to: "/ns/$namespaceId/workflows/$workflowId",
      params: { namespaceId, workflowId: created.id },
    });
  };
  return (
    <>
      <Button look="primary" onClick={() => setOpen(true)}>
        New workflow
      </Button>
      <Dialog
        isOpen={isOpen}
        onClose={() => setOpen(false)}
        title="New workflow"
        lead="A name to deploy to, with a webhook address of its own."
      >
        <form onSubmit={(event) => void submit(event).catch(() => undefined)} className="grid gap-4">
          <Field label="Name" help="Letters, digits, -, _ and .">
            <Input name="name" required maxLength={63} autoComplete="off" />
          </Field>
          <Field label="Description">
            <Input name="description" maxLength={1_000} autoComplete="off" />
          </Field>
          <Problem error={create.error} />
          <DialogActions>
            <Button onClick={() => setOpen(false)}>Cancel</Button>
            <Button look="primary" type="submit" isBusy={create.isPending}>
              Create
            </Button>
          </DialogActions>
        </form>
      </Dialog>
    </>
  );
}
