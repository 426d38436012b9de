import { textOf } from "../../lib/search.ts";

/** Which table is looked at, which of its keys, and which item is open, as they stand in the address. */
export interface KvSearch {
  store?: string | undefined;
  table?: string | undefined;
  prefix?: string | undefined;
  key?: string | undefined;
}

export function readKvSearch({ store, table, prefix, key }: Record<string, unknown>): KvSearch {
  return { store: textOf(store), table: textOf(table), prefix: textOf(prefix), key: textOf(key) };
}

/** One table of one store. */
export interface KvTableName {
  store: string;
  table: string;
}
