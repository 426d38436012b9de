import { FlowwError } from "@floww/contract/errors";
import { formatId, type IdKind, parseId } from "@floww/contract/ids";

/** Cuts a list that was read one longer than its page; the cursor is the last id shown. */
export function toPage<Row extends { id: string }, Item>(
  kind: IdKind,
  rows: Row[],
  { limit, present }: { limit: number; present: (row: Row) => Item },
): { items: Item[]; nextCursor?: string } {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  const items = shown.map(present);
  return rows.length > limit && last !== undefined
    ? { items, nextCursor: formatId(kind, last.id) }
    : { items };
}

/** @throws FlowwError INPUT_INVALID */
export function readCursor(kind: IdKind, cursor: string | undefined): string | undefined {
  if (cursor === undefined) return undefined;
  const id = parseId(kind, cursor);
  if (id === undefined) throw new FlowwError("INPUT_INVALID", "query.cursor: is not a cursor of this list.");
  return id;
}
