import { useState } from "react";
import { useChange } from "../../lib/api.ts";
import { useNamespaceId } from "../../lib/me.ts";
import { Button } from "../../ui/button.tsx";
import { Confirm } from "../../ui/confirm.tsx";
import { useSay } from "../../ui/toasts.tsx";
import { type SecretMetadata, secretName } from "./secret-parts.ts";

export function DeleteSecret({ secret }: { secret: SecretMetadata }) {
  const namespaceId = useNamespaceId();
  const [isOpen, setOpen] = useState(false);
  const remove = useChange("deleteSecret");
  const say = useSay();
  const { name, credential } = secret;
  const run = async () => {
    await remove.mutateAsync({ params: { namespaceId }, query: { name, credential } });
    setOpen(false);
    say("Deleted");
  };
  return (
    <>
      <Button
        look="danger"
        aria-label={`Delete ${secretName(secret)}`}
        onClick={() => {
          remove.reset();
          setOpen(true);
        }}
      >
        Delete
      </Button>
      <Confirm
        isOpen={isOpen}
        onClose={() => setOpen(false)}
        title={`Delete ${secretName(secret)}?`}
        action="Delete"
        isDangerous
        change={remove}
        onConfirm={() => void run().catch(() => undefined)}
      >
        Its value is gone for good, and workflows that read it fail from then on.
      </Confirm>
    </>
  );
}
