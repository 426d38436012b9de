import { z } from "zod";

const text = z.string().max(2_000).optional().catch(undefined);

/** Which table is looked at, which of its keys, and which item is open, as they stand in the address. */
export const kvSearch = z.object({ store: text, table: text, prefix: text, key: text });

export type KvSearch = z.output<typeof kvSearch>;

/** One table of one store. */
export interface KvTableName {
  store: string;
  table: string;
}
