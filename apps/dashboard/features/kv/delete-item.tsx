import { useState } from "react";
import { useChange } from "../../lib/api.ts";
import { useNamespaceId } from "../../lib/me.ts";
import { Button } from "../../ui/button.tsx";
import { Confirm } from "../../ui/confirm.tsx";
import { useSay } from "../../ui/toasts.tsx";
import type { KvTableName } from "./kv-search.ts";

interface DeleteItemProps {
  of: KvTableName;
  itemKey: string;
  /** True from when it is asked for; false when it was refused. What is going must not be looked for. */
  onGoing(isGoing: boolean): void;
  onDeleted(): void;
}

export function DeleteItem({ of, itemKey, onGoing, onDeleted }: DeleteItemProps) {
  const namespaceId = useNamespaceId();
  const [isOpen, setOpen] = useState(false);
  const remove = useChange("deleteKvItem");
  const say = useSay();
  const run = async () => {
    onGoing(true);
    try {
      await remove.mutateAsync({ params: { namespaceId }, query: { ...of, key: itemKey } });
    } catch {
      // The dialog says why.
      return onGoing(false);
    }
    setOpen(false);
    say("Deleted");
    onDeleted();
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
        title={`Delete ${itemKey}?`}
        action="Delete"
        isDangerous
        change={remove}
        onConfirm={() => void run()}
      >
        Workflows that read it find nothing from then on.
      </Confirm>
    </>
  );
}
