import { FlowwError } from "@floww/contract/errors";
import type { HostCalls, HostOperation, JournalCalls } from "@floww/contract/host-calls";
import { limits } from "@floww/contract/limits";
import { z } from "zod";
import type { Database } from "../../platform/db/database.ts";
import { grantPermission, type KvCaller, listPermissions, revokePermission } from "../kv/permissions.ts";
import { presentForRun } from "../kv/present.ts";
import { getItem, pageItems, pageKeys } from "../kv/read-items.ts";
import { deleteItem, incrementItem, setItem, writeBatch } from "../kv/write-items.ts";
import { readSecret } from "../secrets/read-secret.ts";
import type { Vault } from "../secrets/vault.ts";
import type { ValueMask } from "./value-mask.ts";

/** One start of one execution. */
export interface RunIdentity {
  id: string;
  owner: string;
  epoch: number;
  namespaceId: string;
  workflowId: string;
}

/** The same with the version that runs: what it may ask for hangs on what that declares. */
export interface HostedRun extends RunIdentity {
  /** Or the dev session in its place. */
  deploymentId: string;
}

/** Who asks: one run of one workflow. Its scope is its own namespace, and of secrets those its version declares. */
export interface HostCaller extends Required<KvCaller> {
  run: RunIdentity;
  database: Database;
  vault: Vault;
  mask: ValueMask;
  declaresSecret(name: string, credential: string): Promise<boolean>;
}

export interface OperationEntry<Operation extends HostOperation = HostOperation> {
  input: z.ZodType<HostCalls[Operation]["input"]>;
  /** Gives or shows something that must not outlive the run by a moment. */
  isSensitive?: true;
  answer(caller: HostCaller, input: HostCalls[Operation]["input"]): Promise<HostCalls[Operation]["output"]>;
}

const table = { store: z.string(), table: z.string() };
const key = { ...table, key: z.string() };
// exactOptional: what is left out is absent, as the contract's types have it.
const ttlMs = z.exactOptional(z.number().min(1).max(limits.kvTtlMsMax));
const version = z.number().int();
const by = z.number();
const range = z.object({
  ...table,
  prefix: z.exactOptional(z.string()),
  after: z.exactOptional(z.string()),
  limit: z.exactOptional(z.number().int().min(1)),
});
const batchOperation = z.discriminatedUnion("op", [
  z.object({
    op: z.literal("set"),
    table: z.string(),
    key: z.string(),
    value: z.string(),
    ttlMs,
    version: z.exactOptional(version.nullable()),
  }),
  z.object({
    op: z.literal("delete"),
    table: z.string(),
    key: z.string(),
    version: z.exactOptional(version),
  }),
  z.object({ op: z.literal("increment"), table: z.string(), key: z.string(), by, ttlMs }),
]);

export type HostOperations = { [Operation in HostOperation]: OperationEntry<Operation> };

/** What user code can ask the server for, beside its journal. */
export const valueOperations: Omit<HostOperations, keyof JournalCalls | `webhook.${string}`> = {
  "kv.get": {
    input: z.object(key),
    answer: async (caller, input) => {
      const row = await getItem(caller.database, caller, input);
      return row === undefined ? null : presentForRun(row);
    },
  },
  "kv.set": {
    input: z.object({ ...key, value: z.string(), ttlMs }),
    answer: async (caller, input) => {
      const written = await setItem(caller.database, caller, { key: input, write: without(input) });
      if (written === undefined) throw new FlowwError("CONFLICT_RETRY");
      return { version: written };
    },
  },
  "kv.delete": {
    input: z.object(key),
    answer: async (caller, input) => ({ deleted: await deleteItem(caller.database, caller, { key: input }) }),
  },
  "kv.increment": {
    input: z.object({ ...key, by, ttlMs }),
    answer: (caller, input) =>
      incrementItem(caller.database, caller, { key: input, by: input.by, ttlMs: input.ttlMs }),
  },
  "kv.compareAndSet": {
    input: z.object({ ...key, value: z.string(), ttlMs, version: version.nullable() }),
    answer: async (caller, input) => ({
      version: (await setItem(caller.database, caller, { key: input, write: input })) ?? null,
    }),
  },
  "kv.batch": {
    input: z.object({
      store: z.string(),
      operations: z.array(batchOperation).min(1).max(limits.kvBatchMax),
    }),
    answer: async (caller, input) => ({ results: await writeBatch(caller.database, caller, input) }),
  },
  "kv.listKeys": {
    input: range,
    answer: (caller, input) => pageKeys(caller.database, caller, input),
  },
  "kv.listItems": {
    input: range,
    answer: async (caller, input) => {
      const { rows, hasMore } = await pageItems(caller.database, caller, input);
      return { items: rows.map((row) => ({ key: row.key, ...presentForRun(row) })), hasMore };
    },
  },
  "kv.listPermissions": {
    input: z.object(table),
    answer: async (caller, input) => ({ permissions: await listPermissions(caller.database, caller, input) }),
  },
  "kv.grantPermission": {
    input: z.object({ ...table, workflowId: z.string(), permission: z.enum(["read", "write"]) }),
    answer: async (caller, input) => {
      await grantPermission(caller.database, caller, input);
      return null;
    },
  },
  "kv.revokePermission": {
    input: z.object({ ...table, workflowId: z.string() }),
    answer: async (caller, input) => ({ revoked: await revokePermission(caller.database, caller, input) }),
  },
  "secret.value": {
    input: z.object({ name: z.string(), credential: z.string() }),
    isSensitive: true,
    answer: async (caller, { name, credential }) => {
      if (!(await caller.declaresSecret(name, credential))) {
        throw new FlowwError(
          "SECRET_UNDECLARED",
          `The deployed version does not declare the secret "${name}" (${credential}).`,
        );
      }
      const value = await readSecret(caller, caller.namespaceId, { name, credential });
      // Before the run can print it.
      caller.mask.add(JSON.parse(value));
      return { value };
    },
  },
};

/** A plain `set` writes over any version, whatever a bundle sends along. */
function without({ value, ttlMs }: { value: string; ttlMs?: number }) {
  return { value, ttlMs };
}
