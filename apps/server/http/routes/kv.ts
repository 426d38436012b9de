import { FlowwError } from "@floww/contract/errors";
import { presentItem, presentTable } from "../../domain/kv/present.ts";
import { getItem, pageItems } from "../../domain/kv/read-items.ts";
import { listTables } from "../../domain/kv/table-store.ts";
import { deleteItem, setItem } from "../../domain/kv/write-items.ts";
import type { RouteHandlers } from "../route-handler.ts";

type Handled = "listKvTables" | "listKvItems" | "getKvItem" | "setKvItem" | "deleteKvItem";

export const kvHandlers: Pick<RouteHandlers, Handled> = {
  listKvTables: async (_input, { context, namespace }) => {
    const rows = await listTables(context.database, namespace.id);
    return { items: rows.map(presentTable) };
  },

  listKvItems: async ({ query: { prefix, after, ...rest } }, { context, namespace }) => {
    const range = {
      ...rest,
      ...(prefix === undefined ? {} : { prefix }),
      ...(after === undefined ? {} : { after }),
    };
    const { rows, hasMore } = await pageItems(context.database, { namespaceId: namespace.id }, range);
    return { items: rows.map(presentItem), hasMore };
  },

  getKvItem: async ({ query }, { context, namespace }) => {
    const row = await getItem(context.database, { namespaceId: namespace.id }, query);
    if (row === undefined) throw itemNotFound(query);
    return presentItem(row);
  },

  setKvItem: async ({ body: { value, ttlMs, version, ...key } }, { context, namespace }) => {
    const write = { value: JSON.stringify(value), ttlMs, version };
    const written = await setItem(context.database, { namespaceId: namespace.id }, { key, write });
    if (written !== undefined) return { version: written };
    const what = `The item ${JSON.stringify(key.key)}`;
    const message =
      version === null ? `${what} is there already.` : `${what} is not what it was: read it again.`;
    throw new FlowwError("STATE_CONFLICT", message);
  },

  deleteKvItem: async ({ query }, { context, namespace }) => {
    if (!(await deleteItem(context.database, { namespaceId: namespace.id }, { key: query })))
      throw itemNotFound(query);
  },
};

function itemNotFound({ table, key }: { table: string; key: string }): FlowwError {
  return new FlowwError("NOT_FOUND", `The table ${JSON.stringify(table)} has no key ${JSON.stringify(key)}.`);
}
