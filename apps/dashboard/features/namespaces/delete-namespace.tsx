import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useChange } from "../../lib/api.ts";
import { useMe, useNamespaceId } from "../../lib/me.ts";
import { Button } from "../../ui/button.tsx";
import { Confirm } from "../../ui/confirm.tsx";
import { useSay } from "../../ui/toasts.tsx";

export function DeleteNamespace() {
  const namespaceId = useNamespaceId();
  const name = useMe()?.namespaces.find(({ id }) => id === namespaceId)?.name ?? "";
  const [isAsking, setAsking] = useState(false);
  const navigate = useNavigate();
  const say = useSay();
  const remove = useChange("deleteNamespace");
  const confirm = async () => {
    await remove.mutateAsync({ params: { namespaceId } });
    say("Deleted", `The namespace ${name} is gone.`);
    await navigate({ to: "/" });
  };
  const ask = () => {
    remove.reset();
    setAsking(true);
  };
  return (
    <div className="flex flex-wrap items-center justify-between gap-3">
      <p className="max-w-prose text-soft">
        Only an empty namespace can go. One that ever held a workflow stays: the record of what ran is not
        deleted with a name.
      </p>
      <Button look="danger" onClick={ask}>
        Delete the namespace
      </Button>
      <Confirm
        isOpen={isAsking}
        onClose={() => setAsking(false)}
        title={`Delete the namespace "${name}"?`}
        action="Delete"
        isDangerous
        change={remove}
        onConfirm={() => void confirm().catch(() => undefined)}
      >
        <p>This cannot be taken back; the name can be given again.</p>
      </Confirm>
    </div>
  );
}
