import { type FormEvent, useState } from "react";
import { useChange } from "../../lib/api.ts";
import { Button } from "../../ui/button.tsx";
import { CopyButton } from "../../ui/copy-button.tsx";
import { Dialog, DialogActions } from "../../ui/dialog.tsx";
import { Field, Input } from "../../ui/field.tsx";
import { Problem } from "../../ui/problem.tsx";

/** Makes an organization and shows, once, the link that its owner comes in by. */
export function AddOrganization() {
  const [isOpen, setOpen] = useState(false);
  const create = useChange("adminCreateOrganization");
  const close = () => {
    setOpen(false);
    create.reset();
  };
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    create.mutate({ body: { name: String(form.get("name")), ownerEmail: String(form.get("ownerEmail")) } });
  };
  return (
    <>
      <Button look="primary" onClick={() => setOpen(true)}>
        Add organization
      </Button>
      {create.data === undefined ? (
        <Dialog
          isOpen={isOpen}
          onClose={close}
          title="Add organization"
          lead="With a namespace of its own, apart from those of the others."
        >
          <form onSubmit={submit} className="grid gap-4">
            <Field label="Name">
              <Input name="name" required maxLength={100} autoComplete="off" />
            </Field>
            <Field label="E-mail of its owner" help="They make their account, and invite others, by a link.">
              <Input name="ownerEmail" type="email" required maxLength={254} autoComplete="off" />
            </Field>
            <Problem error={create.error} />
            <DialogActions>
              <Button onClick={close}>Cancel</Button>
              <Button look="primary" type="submit" isBusy={create.isPending}>
                Add
              </Button>
            </DialogActions>
          </form>
        </Dialog>
      ) : (
        <Dialog
          isOpen={isOpen}
          onClose={close}
          title={`${create.data.name} is there`}
          lead="Send this link to its owner. It is shown only now, is good once, and for 7 days."
        >
          <div className="flex items-center gap-2 rounded-lg border bg-code p-2">
            <code className="min-w-0 flex-1 text-xs [overflow-wrap:anywhere]">
              {create.data.invitationUrl}
            </code>
            <CopyButton text={create.data.invitationUrl} label="Copy the link" />
          </div>
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
