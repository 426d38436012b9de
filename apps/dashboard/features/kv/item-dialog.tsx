import { type ReactNode, useState } from "react";
import { useApi } from "../../lib/api.ts";
import { useMay, useNamespaceId } from "../../lib/me.ts";
import { isTagged, readableValue } from "../../lib/readable-value.ts";
import { Ago } from "../../ui/ago.tsx";
import { Button } from "../../ui/button.tsx";
import { CodeEditor } from "../../ui/code-editor.tsx";
import { CopyButton } from "../../ui/copy-button.tsx";
import { Dialog, DialogActions } from "../../ui/dialog.tsx";
import { QueryView } from "../../ui/query-view.tsx";
import { DeleteItem } from "./delete-item.tsx";
import { ItemForm } from "./item-form.tsx";
import type { KvTableName } from "./kv-search.ts";
import type { KvItem } from "./use-kv-items.ts";

interface ItemDialogProps {
  of: KvTableName;
  /** Nothing is open without one. */
  itemKey: string | undefined;
  onClose(): void;
}

/** One item: to look at, to change, to delete. */
export function ItemDialog({ of, itemKey, onClose }: ItemDialogProps) {
  const namespaceId = useNamespaceId();
  const [goingKey, setGoingKey] = useState<string>();
  // Until the address has let go of it.
  if (itemKey === undefined && goingKey !== undefined) setGoingKey(undefined);
  const item = useApi(
    "getKvItem",
    { params: { namespaceId }, query: { ...of, key: itemKey ?? "" } },
    { isEnabled: itemKey !== undefined && itemKey !== goingKey },
  );
  return (
    <Dialog
      isOpen={itemKey !== undefined}
      onClose={onClose}
      title={itemKey ?? ""}
      lead={`In table ${of.table} of store ${of.store}`}
      isWide
    >
      <QueryView query={item}>
        {(data) => (
          <Item
            of={of}
            item={data}
            onGoing={(isGoing) => setGoingKey(isGoing ? itemKey : undefined)}
            onClose={onClose}
          />
        )}
      </QueryView>
    </Dialog>
  );
}

interface ItemProps {
  of: KvTableName;
  item: KvItem;
  onGoing(isGoing: boolean): void;
  onClose(): void;
}

function Item({ of, item, onGoing, onClose }: ItemProps) {
  const mayWrite = useMay("kv.write");
  const [isEdited, setEdited] = useState(false);
  if (isEdited) return <ItemForm of={of} item={item} onDone={() => setEdited(false)} />;
  const json = JSON.stringify(item.value, undefined, 2);
  return (
    <div className="grid min-w-0 gap-4">
      <dl className="flex flex-wrap gap-x-8 gap-y-2">
        <Fact title="Version">{item.version}</Fact>
        <Fact title="Made">
          <Ago at={item.createdAt} />
        </Fact>
        <Fact title="Changed">
          <Ago at={item.updatedAt} />
        </Fact>
        <Fact title="Expires">{item.expiresAt === undefined ? "never" : <Ago at={item.expiresAt} />}</Fact>
      </dl>
      <div className="grid min-w-0 gap-1">
        <div className="flex items-center justify-between">
          <h3 className="font-medium">Value</h3>
          <CopyButton text={json} label="Copy as JSON" />
        </div>
        <CodeEditor
          label="Value"
          {...(isTagged(item.value)
            ? { language: "javascript", value: readableValue(item.value, 2) }
            : { language: "json", value: json })}
          className="max-h-[50dvh]"
        />
      </div>
      {mayWrite ? (
        <DialogActions>
          <DeleteItem of={of} itemKey={item.key} onGoing={onGoing} onDeleted={onClose} />
          <Button look="primary" onClick={() => setEdited(true)}>
            Edit
          </Button>
        </DialogActions>
      ) : undefined}
    </div>
  );
}

function Fact({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div>
      <dt className="text-xs text-soft">{title}</dt>
      <dd>{children}</dd>
    </div>
  );
}
