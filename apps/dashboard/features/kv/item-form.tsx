import { type FormEvent, useState } from "react";
import { useChange } from "../../lib/api.ts";
import { useNamespaceId } from "../../lib/me.ts";
import { Button } from "../../ui/button.tsx";
import { CodeEditor } from "../../ui/code-editor.tsx";
import { DialogActions } from "../../ui/dialog.tsx";
import { Field, Input } from "../../ui/field.tsx";
import { Problem } from "../../ui/problem.tsx";
import { useSay } from "../../ui/toasts.tsx";
import { type Expiry, ExpiryField, firstExpiry, ttlOf } from "./expiry-field.tsx";
import type { KvTableName } from "./kv-search.ts";
import type { KvItem } from "./use-kv-items.ts";

interface ItemFormProps {
  /** The table that it is set in; undefined where the form asks for it. */
  of?: KvTableName;
  /** The one to change; undefined for a new one. */
  item?: KvItem;
  onDone(set?: KvTableName): void;
}

/** Sets one item as JSON. */
export function ItemForm({ of, item, onDone }: ItemFormProps) {
  const namespaceId = useNamespaceId();
  const set = useChange("setKvItem");
  const say = useSay();
  const [place, setPlace] = useState(of ?? { store: "default", table: "" });
  const [key, setKey] = useState(item?.key ?? "");
  const [text, setText] = useState(item === undefined ? "{}" : JSON.stringify(item.value, undefined, 2));
  const [expiry, setExpiry] = useState<Expiry>(firstExpiry(item?.expiresAt));
  const [fault, setFault] = useState<string>();
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const read = readJson(text);
    setFault(read.fault);
    if (read.fault !== undefined) return;
    const ttlMs = ttlOf(expiry, item?.expiresAt);
    const body = {
      ...{ ...place, key, value: read.value },
      ...(ttlMs === undefined ? {} : { ttlMs }),
      // What somebody else, or a run, has set meanwhile is not lost unseen.
      ...(item === undefined ? {} : { version: item.version }),
    };
    await set.mutateAsync({ params: { namespaceId }, body });
    say("Set", key);
    onDone(place);
  };
  return (
    <form onSubmit={(event) => void submit(event).catch(() => undefined)} className="grid min-w-0 gap-4">
      {item === undefined ? (
        <div className="grid gap-4 sm:grid-cols-3">
          <Field label="Store" help="What the code calls it.">
            <Input
              value={place.store}
              onChange={(event) => setPlace({ ...place, store: event.target.value })}
              {...NAME}
            />
          </Field>
          <Field label="Table" help="Made when there is none.">
            <Input
              value={place.table}
              onChange={(event) => setPlace({ ...place, table: event.target.value })}
              {...NAME}
            />
          </Field>
          <Field label="Key" help="What is there is written over.">
            <Input value={key} onChange={(event) => setKey(event.target.value)} {...NAME} />
          </Field>
        </div>
      ) : undefined}
      <div className="grid min-w-0 gap-1">
        <span className="font-medium" aria-hidden="true">
          Value
        </span>
        <CodeEditor
          label="Value"
          language="json"
          value={text}
          onChange={setText}
          isInvalid={fault !== undefined}
          className="max-h-[40dvh] min-h-32"
        />
        <p className="text-xs text-soft">
          JSON. What JSON has no word for stands as the SDK writes it:{" "}
          <code>{'{"$floww": ["Date", "2026-03-01T12:00:00.000Z"]}'}</code>, and so Map, Set, bigint, bytes.
        </p>
        {fault === undefined ? undefined : (
          <p role="alert" className="text-xs text-danger [overflow-wrap:anywhere]">
            {fault}
          </p>
        )}
      </div>
      <ExpiryField expiry={expiry} expiresAt={item?.expiresAt} onChange={setExpiry} />
      <Problem error={set.error} />
      <DialogActions>
        <Button onClick={() => onDone()}>Cancel</Button>
        <Button look="primary" type="submit" isBusy={set.isPending}>
          Set
        </Button>
      </DialogActions>
    </form>
  );
}

const NAME = { required: true, autoComplete: "off", spellCheck: false } as const;

function readJson(text: string): { value: Json; fault?: never } | { value?: never; fault: string } {
  try {
    return { value: JSON.parse(text) as Json };
  } catch (error) {
    return { fault: `This is not JSON: ${error instanceof Error ? error.message : String(error)}` };
  }
}

type Json = KvItem["value"];
