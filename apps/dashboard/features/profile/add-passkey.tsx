import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useChange } from "../../lib/api.ts";
import { clientWords } from "../../lib/client-words.ts";
import { makePasskey, NoPasskeyGiven } from "../../lib/make-passkey.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog, DialogActions } from "../../ui/dialog.tsx";
import { Field, Input } from "../../ui/field.tsx";
import { Problem } from "../../ui/problem.tsx";
import { useSay } from "../../ui/toasts.tsx";

/** Has the browser make a passkey, and adds it. */
export function AddPasskey() {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Button onClick={() => setOpen(true)}>Add a passkey</Button>
      <Dialog
        isOpen={isOpen}
        onClose={() => setOpen(false)}
        title="Add a passkey"
        lead="Your browser asks next where to keep it: on this device, on a phone or on a security key."
      >
        <PasskeyForm onClose={() => setOpen(false)} />
      </Dialog>
    </>
  );
}

function PasskeyForm({ onClose }: { onClose(): void }) {
  const say = useSay();
  const start = useChange("startPasskey");
  const create = useChange("createPasskey");
  const make = useMutation({
    mutationFn: async ({ name, password }: { name: string; password: string }) => {
      const { options, ticket } = await start.mutateAsync({ body: { password } });
      const credential = await makePasskey(options);
      await create.mutateAsync({ body: { name, ticket, credential } });
    },
  });
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    await make.mutateAsync({ name: String(form.get("name")), password: String(form.get("password")) });
    say("Passkey added", "You can sign in with it.");
    onClose();
  };
  return (
    <form onSubmit={(event) => void submit(event).catch(() => undefined)} className="grid gap-4">
      <Field label="Name" help="So that you know it again in the list.">
        <Input
          name="name"
          required
          maxLength={100}
          autoComplete="off"
          defaultValue={clientWords(navigator.userAgent)}
        />
      </Field>
      <Field
        label="Your password"
        help="So that nobody adds a key of theirs to a browser that you left open."
      >
        <Input name="password" type="password" required autoComplete="current-password" />
      </Field>
      {make.error instanceof NoPasskeyGiven ? (
        <p role="alert" className="rounded-lg bg-danger-soft px-3 py-2 text-danger">
          {make.error.message}
        </p>
      ) : (
        <Problem error={make.error} />
      )}
      <DialogActions>
        <Button onClick={onClose}>Cancel</Button>
        <Button look="primary" type="submit" isBusy={make.isPending}>
          Continue
        </Button>
      </DialogActions>
    </form>
  );
}
