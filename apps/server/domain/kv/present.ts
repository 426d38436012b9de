import type { kvItem, kvTable } from "@floww/contract/api";
import type { KvItem } from "@floww/contract/host-calls";
import { formatId } from "@floww/contract/ids";
import type { z } from "zod";
import type { KvRow } from "./store.ts";
import type { KvTableRow } from "./table-store.ts";

/** As user code gets it. */
export function presentForRun(row: KvRow): KvItem {
  return {
    value: row.value.toString("utf8"),
    version: row.version,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
    ...(row.expiresAt === null ? {} : { expiresAt: row.expiresAt.toISOString() }),
  };
}

/** As people get it. */
export function presentItem(row: KvRow): z.input<typeof kvItem> {
  const { value, ...rest } = presentForRun(row);
  return { key: row.key, ...rest, value: parseOrText(value) as z.input<typeof kvItem>["value"] };
}

/** The SDK writes JSON; what a bundle that went around it wrote is shown as text. */
function parseOrText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

export function presentTable(row: KvTableRow): z.input<typeof kvTable> {
  return {
    store: row.store,
    table: row.table,
    ...(row.ownerId === null ? {} : { ownerId: formatId("workflow", row.ownerId) }),
    createdAt: row.createdAt.toISOString(),
  };
}
