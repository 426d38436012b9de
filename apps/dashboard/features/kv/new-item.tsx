import { useState } from "react";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { ItemForm } from "./item-form.tsx";
import type { KvTableName } from "./kv-search.ts";

interface NewItemProps {
  /** The table that is looked at. */
  of: KvTableName | undefined;
  onSet(of: KvTableName): void;
}

export function NewItem({ of, onSet }: NewItemProps) {
  const [isOpen, setOpen] = useState(false);
  const done = (set?: KvTableName) => {
    setOpen(false);
    if (set !== undefined) onSet(set);
  };
  return (
    <>
      <Button look="primary" onClick={() => setOpen(true)}>
        Set item
      </Button>
      <Dialog isOpen={isOpen} onClose={() => setOpen(false)} title="Set an item" isWide>
        <ItemForm {...(of === undefined ? {} : { of })} onDone={done} />
      </Dialog>
    </>
  );
}
