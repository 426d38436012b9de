import { Link } from "@tanstack/react-router";
import { memo, useState } from "react";
import { itemsOf } from "../../lib/api.ts";
import { ROW_LINK } from "../../lib/list-keys.ts";
import { useNamespaceId } from "../../lib/me.ts";
import { readableValue } from "../../lib/readable-value.ts";
import { Ago } from "../../ui/ago.tsx";
import { Button } from "../../ui/button.tsx";
import { Field, Input } from "../../ui/field.tsx";
import { MoreButton } from "../../ui/more-button.tsx";
import { QueryView } from "../../ui/query-view.tsx";
import { Empty } from "../../ui/states.tsx";
import { Cell, Row, Table } from "../../ui/table.tsx";
import type { KvTableName } from "./kv-search.ts";
import { type KvItem, useKvItems } from "./use-kv-items.ts";

const COLUMNS = [{ title: "Key" }, { title: "Value" }, { title: "Changed" }, { title: "Expires" }];
const PREVIEW_CHARS = 120;

interface KvItemsProps {
  of: KvTableName;
  prefix: string | undefined;
  onPrefix(prefix: string | undefined): void;
}

/** A table's items in the order of their keys. */
export function KvItems({ of, prefix, onPrefix }: KvItemsProps) {
  const namespaceId = useNamespaceId();
  const items = useKvItems(of, prefix);
  return (
    <>
      <PrefixSearch key={prefix} prefix={prefix} onPrefix={onPrefix} />
      <QueryView query={items}>
        {(data) => {
          const shown = itemsOf(data);
          if (shown.length === 0)
            return prefix === undefined ? (
              <Empty title="No items">What is set in this table stands here.</Empty>
            ) : (
              <Empty title={`No key begins with ${prefix}`}>Case counts, and so does every sign.</Empty>
            );
          return (
            <>
              <Table label={`Items of ${of.table}`} columns={COLUMNS}>
                {shown.map((item) => (
                  <Row key={item.key}>
                    <Cell className="max-w-64">
                      <Link
                        {...{ [ROW_LINK]: "" }}
                        to="/ns/$namespaceId/kv"
                        params={{ namespaceId }}
                        search={(before) => ({ ...before, key: item.key })}
                        className="block truncate font-medium"
                      >
                        {item.key}
                      </Link>
                    </Cell>
                    <Cell className="max-w-72 truncate font-mono text-xs">
                      <Preview value={item.value} />
                    </Cell>
                    <Cell>
                      <Ago at={item.updatedAt} />
                    </Cell>
                    <Cell>
                      {item.expiresAt === undefined ? (
                        <span className="text-soft">never</span>
                      ) : (
                        <Ago at={item.expiresAt} />
                      )}
                    </Cell>
                  </Row>
                ))}
              </Table>
              <MoreButton pages={items} />
            </>
          );
        }}
      </QueryView>
    </>
  );
}

/** Values may have 256 kB: each is read once. */
const Preview = memo(function Preview({ value }: Pick<KvItem, "value">) {
  const text = readableValue(value);
  return text.length > PREVIEW_CHARS ? `${text.slice(0, PREVIEW_CHARS)}…` : text;
});

function PrefixSearch({ prefix, onPrefix }: Pick<KvItemsProps, "prefix" | "onPrefix">) {
  const [text, setText] = useState(prefix ?? "");
  return (
    <search className="border-b p-3">
      <form
        className="flex items-end gap-2"
        onSubmit={(event) => {
          event.preventDefault();
          onPrefix(text === "" ? undefined : text);
        }}
      >
        <Field label="Keys that begin with" className="min-w-0 flex-1">
          <Input
            value={text}
            onChange={(event) => setText(event.target.value)}
            autoComplete="off"
            spellCheck={false}
          />
        </Field>
        <Button type="submit">Search</Button>
      </form>
    </search>
  );
}
