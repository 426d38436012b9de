import { FlowwError } from "@floww/contract/errors";
import { checkKvName, type KvPermission, type KvTable } from "@floww/contract/host-calls";
import { formatId, parseId } from "@floww/contract/ids";
import { limits } from "@floww/contract/limits";
import type { Queryable } from "../../platform/db/database.ts";
import {
  findAccess,
  insertTable,
  listGrants,
  removeGrant,
  type TableAccess,
  upsertGrant,
} from "./table-store.ts";

/** Who works with a store: a run of a workflow, or (without one) a person whose permission the route has decided. */
export interface KvCaller {
  namespaceId: string;
  workflowId?: string;
}

/**
 * A table belongs to the workflow that made it by its first write; other workflows of the namespace need a grant.
 * A table that people made has no owner and is open to all of them. Reading a table that is not there finds nothing.
 *
 * @throws FlowwError KV_FORBIDDEN, KEY_INVALID
 */
export async function allowRead(database: Queryable, caller: KvCaller, table: KvTable): Promise<void> {
  checkNames(table);
  const { namespaceId, workflowId } = caller;
  if (workflowId === undefined) return;
  const access = await findAccess(database, namespaceId, { table, workflowId });
  if (access !== undefined && !isOpen(access, workflowId) && access.permission === null)
    throw forbidden(table);
}

/** Makes the table when it is not there. @throws FlowwError KV_FORBIDDEN, KEY_INVALID, STATE_CONFLICT */
export async function allowWrite(database: Queryable, caller: KvCaller, table: KvTable): Promise<void> {
  checkNames(table);
  const access = await accessToMade(database, caller, table);
  const { workflowId } = caller;
  if (workflowId === undefined || isOpen(access, workflowId) || access.permission === "write") return;
  throw forbidden(table);
}

export async function listPermissions(
  database: Queryable,
  caller: KvCaller,
  table: KvTable,
): Promise<KvPermission[]> {
  await allowRead(database, caller, table);
  const { namespaceId, workflowId } = caller;
  const access = await findAccess(database, namespaceId, { table, workflowId: workflowId ?? NOBODY });
  const owner = access?.ownerId ?? undefined;
  const grants = await listGrants(database, namespaceId, table);
  return [
    ...(owner === undefined
      ? []
      : [{ workflowId: formatId("workflow", owner), permission: "owner" as const }]),
    ...grants.map((grant) => ({ ...grant, workflowId: formatId("workflow", grant.workflowId) })),
  ];
}

/** @throws FlowwError KV_FORBIDDEN for everyone but the table's owner, NOT_FOUND */
export async function grantPermission(
  database: Queryable,
  caller: KvCaller,
  grant: KvTable & { workflowId: string; permission: "read" | "write" },
): Promise<void> {
  await allowGrants(database, caller, grant);
  const workflowId = parseId("workflow", grant.workflowId);
  const isThere =
    workflowId !== undefined &&
    (await upsertGrant(database, caller.namespaceId, {
      table: grant,
      workflowId,
      permission: grant.permission,
    }));
  if (!isThere)
    throw new FlowwError("NOT_FOUND", "There is no such workflow in this namespace to grant this to.");
}

/** Whether there was something to take back. @throws FlowwError KV_FORBIDDEN */
export async function revokePermission(
  database: Queryable,
  caller: KvCaller,
  grant: KvTable & { workflowId: string },
): Promise<boolean> {
  await allowGrants(database, caller, grant);
  const workflowId = parseId("workflow", grant.workflowId);
  return workflowId !== undefined && removeGrant(database, caller.namespaceId, { table: grant, workflowId });
}

/** Matches no workflow. */
const NOBODY = "00000000-0000-0000-0000-000000000000";

async function allowGrants(database: Queryable, caller: KvCaller, table: KvTable): Promise<void> {
  checkNames(table);
  const { ownerId } = await accessToMade(database, caller, table);
  if (caller.workflowId !== undefined && ownerId !== caller.workflowId) throw forbidden(table);
}

async function accessToMade(database: Queryable, caller: KvCaller, table: KvTable): Promise<TableAccess> {
  const { namespaceId, workflowId } = caller;
  const wanted = { table, workflowId: workflowId ?? NOBODY };
  const access = await findAccess(database, namespaceId, wanted);
  if (access !== undefined) return access;
  if (!(await insertTable(database, namespaceId, { table, ownerId: workflowId }))) {
    throw new FlowwError(
      "STATE_CONFLICT",
      `The namespace has ${limits.kvTablesPerNamespaceMax} KV tables, the most there may be.`,
    );
  }
  // Somebody else may have made it in this moment, and then it is theirs.
  return (await findAccess(database, namespaceId, wanted))!;
}

function isOpen({ ownerId }: TableAccess, workflowId: string): boolean {
  return ownerId === null || ownerId === workflowId;
}

function checkNames({ store, table }: KvTable): void {
  checkKvName("store", store);
  checkKvName("table", table);
}

function forbidden({ table }: KvTable): FlowwError {
  return new FlowwError("KV_FORBIDDEN", `The table ${JSON.stringify(table)} belongs to another workflow.`);
}
