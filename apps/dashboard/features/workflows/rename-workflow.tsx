import type { FormEvent } from "react";
import { useChange } from "../../lib/api.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog, DialogActions } from "../../ui/dialog.tsx";
import { Field, Input } from "../../ui/field.tsx";
import { Problem } from "../../ui/problem.tsx";
import type { Workflow, WorkflowParams } from "./types.ts";

interface RenameWorkflowProps {
  params: WorkflowParams;
  workflow: Workflow;
  onClose(): void;
}

/** Another name or description; ids and addresses stay. */
export function RenameWorkflow({ params, workflow, onClose }: RenameWorkflowProps) {
  const update = useChange("updateWorkflow");
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const body = { name: String(form.get("name")), description: String(form.get("description")) };
    await update.mutateAsync({ params, body });
    onClose();
  };
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title="Rename"
      lead="Its id and its addresses stay. Change `name` in floww.yaml as well, or the next deploy asks for the old one."
    >
      <form onSubmit={(event) => void submit(event).catch(() => undefined)} className="grid gap-4">
        <Field label="Name">
          <Input name="name" required maxLength={63} autoComplete="off" defaultValue={workflow.name} />
        </Field>
        <Field label="Description">
          <Input
            name="description"
            maxLength={1_000}
            autoComplete="off"
            defaultValue={workflow.description}
          />
        </Field>
        <Problem error={update.error} />
        <DialogActions>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" type="submit" isBusy={update.isPending}>
            Save
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
