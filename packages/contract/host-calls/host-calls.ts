/**
 * What a bundle asks its host through `Host.call`, by operation. The SDK writes these, the server and the fake of
 * `floww/testing` answer them; bundles live long, so an operation may gain optional members and never loses one.
 */
import type { JournalCalls } from "./journal.ts";

export * from "./journal.ts";
export * from "./kv-rules.ts";

export interface HostCalls extends JournalCalls {
  "kv.get": { input: KvKey; output: KvItem | null };
  "kv.set": { input: KvKey & KvWrite; output: { version: number } };
  "kv.delete": { input: KvKey; output: { deleted: boolean } };
  "kv.increment": {
    input: KvKey & { by: number; ttlMs?: number };
    output: { value: number; version: number };
  };
  /** `version` null: the key must not exist. The output's is null when another version was found. */
  "kv.compareAndSet": {
    input: KvKey & KvWrite & { version: number | null };
    output: { version: number | null };
  };
  /** All or nothing. */
  "kv.batch": {
    input: { store: string; operations: KvBatchOperation[] };
    output: { results: KvBatchResult[] };
  };
  "kv.listKeys": { input: KvRange; output: { keys: string[]; hasMore: boolean } };
  "kv.listItems": { input: KvRange; output: { items: (KvItem & { key: string })[]; hasMore: boolean } };
  "kv.listPermissions": { input: KvTable; output: { permissions: KvPermission[] } };
  "kv.grantPermission": {
    input: KvTable & { workflowId: string; permission: "read" | "write" };
    output: null;
  };
  "kv.revokePermission": { input: KvTable & { workflowId: string }; output: { revoked: boolean } };
  /** For a webhook's `setup` and its `teardown`: what the first has to remember for the second, in the SDK's encoding. */
  "webhook.setMetadata": { input: { value: string }; output: null };
  "webhook.getMetadata": { input: Record<string, never>; output: { value: string | null } };
  "secret.value": { input: { name: string; credential: string }; output: { value: string } };
}

export type HostOperation = keyof HostCalls;

export interface KvTable {
  store: string;
  table: string;
}

export interface KvKey extends KvTable {
  key: string;
}

export interface KvWrite {
  /** The SDK's encoding of the value: JSON text, opaque to the server. */
  value: string;
  ttlMs?: number;
}

export interface KvItem {
  value: string;
  /** Raised by every write, unique in the whole store: a key that was deleted and made again has another one. */
  version: number;
  createdAt: string;
  updatedAt: string;
  expiresAt?: string;
}

/** Keys in the order of their UTF-8 bytes. */
export interface KvRange extends KvTable {
  prefix?: string;
  after?: string;
  limit?: number;
}

export type KvBatchOperation =
  | { op: "set"; table: string; key: string; value: string; ttlMs?: number; version?: number | null }
  | { op: "delete"; table: string; key: string; version?: number }
  | { op: "increment"; table: string; key: string; by: number; ttlMs?: number };

export interface KvBatchResult {
  version?: number;
  deleted?: boolean;
  value?: number;
}

/** `owner`: the workflow that made the table. It reads, writes and grants; `write` includes `read`. */
export interface KvPermission {
  workflowId: string;
  permission: "owner" | "read" | "write";
}
