import type { RecordName } from "../vault.ts";

/** A table of encrypted records: its columns `id`, `namespace_id`, `key_id`, `sealed`. */
export interface SealedTable {
  name: string;
  kind: RecordName["kind"];
  /** SQL for the version that a record is bound to. */
  version: string;
}

export const secretTables: SealedTable[] = [
  { name: "secrets", kind: "secret", version: "version" },
  { name: "variables", kind: "variable", version: "version" },
];
