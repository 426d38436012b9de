export interface KVItem<T = unknown> {
  key: string;
  value: T;
  /** Raised by every write; what `compareAndSet` and `batch` compare. */
  version: number;
  created_at: Date;
  updated_at: Date;
  /** From then on the item is gone. */
  expires_at?: Date;
}

export interface KVSetOptions {
  /** Milliseconds until the item is gone. Default: it stays. A later `set` without it makes the item stay. */
  ttl?: number;
}

export interface KVListOptions {
  /** Only keys that begin with this. */
  prefix?: string;
  /** Only keys after this one, in the order of their UTF-8 bytes: the last key of the page before. */
  after?: string;
  /** How many at most. Default: all, up to 10,000 (LIST_TOO_LONG past that). */
  limit?: number;
}

/** `owner`: the workflow that made the table. It reads, writes and grants; `write` includes `read`. */
export interface KVPermission {
  workflowId: string;
  permission: "owner" | "read" | "write";
}

/** `version`: the item must have it; undefined (but given): the key must not exist. */
export type KVBatchOperation =
  | ({ op: "set"; table: string; key: string; value: unknown; version?: number | undefined } & KVSetOptions)
  | { op: "delete"; table: string; key: string; version?: number }
  | ({ op: "increment"; table: string; key: string; by?: number } & KVSetOptions);

export interface KVBatchResult {
  version?: number;
  deleted?: boolean;
  value?: number;
}
