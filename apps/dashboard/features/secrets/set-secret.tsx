import { useState } from "react";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { SecretForm } from "./secret-form.tsx";
import { type SecretMetadata, secretName } from "./secret-parts.ts";

interface SetSecretProps {
  secrets: readonly SecretMetadata[];
  /** The one whose value is replaced; undefined for a new one. */
  present?: SecretMetadata;
}

/** Sets a secret, or replaces its value as a whole: what is there never comes back, so that it cannot be edited. */
export function SetSecret({ secrets, present }: SetSecretProps) {
  const [isOpen, setOpen] = useState(false);
  const close = () => setOpen(false);
  return (
    <>
      {present === undefined ? (
        <Button look="primary" onClick={() => setOpen(true)}>
          Set secret
        </Button>
      ) : (
        <Button aria-label={`Replace ${secretName(present)}`} onClick={() => setOpen(true)}>
          Replace
        </Button>
      )}
      <Dialog
        isOpen={isOpen}
        onClose={close}
        title={present === undefined ? "Set a secret" : `Replace ${secretName(present)}`}
        lead={
          present === undefined
            ? "It is encrypted at once. Workflows can read it, people cannot: its value never comes back."
            : "The value that is there never comes back. Enter all of its fields anew; those that you leave out are gone."
        }
      >
        <SecretForm secrets={secrets} {...(present === undefined ? {} : { present })} onDone={close} />
      </Dialog>
    </>
  );
}
