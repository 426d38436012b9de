import { FlowwError } from "@floww/contract/errors";
import { useState } from "react";
import { useChange } from "../../lib/api.ts";
import { useNamespaceId } from "../../lib/me.ts";
import { providerName } from "../../lib/names.ts";
import { Button } from "../../ui/button.tsx";
import { Confirm } from "../../ui/confirm.tsx";
import { useSay } from "../../ui/toasts.tsx";
import type { Provider } from "./provider-parts.ts";

/** Deletes a provider; of one that is in use only after it was said which workflows fail from then on. */
export function DeleteProvider({ provider }: { provider: Provider }) {
  const namespaceId = useNamespaceId();
  const [isOpen, setOpen] = useState(false);
  const remove = useChange("deleteProvider");
  const say = useSay();
  const users = [...new Set([...provider.usedBy, ...usersOf(remove.error)])];
  const force = users.length > 0;
  const run = async () => {
    await remove.mutateAsync({
      params: { namespaceId, providerId: provider.id },
      query: force ? { force: "true" } : {},
    });
    setOpen(false);
    say("Deleted");
  };
  return (
    <>
      <Button
        look="danger"
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
        title={`Delete ${providerName(provider)}?`}
        action={force ? "Delete it all the same" : "Delete"}
        isDangerous
        change={{
          isPending: remove.isPending,
          error: usersOf(remove.error).length > 0 ? null : remove.error,
        }}
        onConfirm={() => void run().catch(() => undefined)}
      >
        <p>Its credential goes, and so do the webhooks that Floww keeps at the service.</p>
        {force ? (
          <p role="alert" className="mt-2 text-danger [overflow-wrap:anywhere]">
            Live versions of {users.join(", ")} use it. Their calls through it fail, and its events no longer
            come in.
          </p>
        ) : undefined}
      </Confirm>
    </>
  );
}

/** Which workflows use it, in the words of a refusal: it may have come into use since the page was drawn. */
function usersOf(error: unknown): string[] {
  if (!(error instanceof FlowwError) || error.code !== "PROVIDER_IN_USE") return [];
  const { workflows } = (error.details ?? {}) as { workflows?: unknown };
  return Array.isArray(workflows) ? workflows.map(String) : ["some workflows"];
}
