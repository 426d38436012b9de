export { KVStore, KVStore as KeyValueStore } from "./kv-store.ts";
export type { KVTable } from "./kv-table.ts";
export type {
  KVBatchOperation,
  KVBatchResult,
  KVItem,
  KVListOptions,
  KVPermission,
  KVSetOptions,
} from "./types.ts";
