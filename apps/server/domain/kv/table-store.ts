import type { KvTable } from "@floww/contract/host-calls";
import { limits } from "@floww/contract/limits";
import type { Queryable } from "../../platform/db/database.ts";

export interface KvTableRow extends KvTable {
  ownerId: string | null;
  createdAt: Date;
}

export interface TableAccess {
  ownerId: string | null;
  permission: string | null;
}

/** Undefined when there is no such table. */
export async function findAccess(
  database: Queryable,
  namespaceId: string,
  { table, workflowId }: { table: KvTable; workflowId: string },
): Promise<TableAccess | undefined> {
  const found = await database.query<TableAccess>(
    `select t.owner_workflow_id as "ownerId", p.permission
     from kv_tables t left join kv_permissions p
       on p.namespace_id = t.namespace_id and p.store = t.store and p.table_name = t.name and p.workflow_id = $4
     where t.namespace_id = $1 and t.store = $2 and t.name = $3`,
    [namespaceId, table.store, table.table, workflowId],
  );
  return found.rows[0];
}

/** Makes the table unless there is one; false when the namespace has as many as it may. */
export async function insertTable(
  database: Queryable,
  namespaceId: string,
  { table, ownerId }: { table: KvTable; ownerId: string | undefined },
): Promise<boolean> {
  const inserted = await database.query(
    `with there as (select from kv_tables where namespace_id = $1 and store = $2 and name = $3),
       made as (
         insert into kv_tables (namespace_id, store, name, owner_workflow_id)
         select $1, $2, $3, $4
         where (select count(*) from kv_tables where namespace_id = $1) < ${limits.kvTablesPerNamespaceMax}
         on conflict do nothing returning 1)
     select from there union all select from made`,
    [namespaceId, table.store, table.table, ownerId ?? null],
  );
  // None of both: full, or made by somebody else since this statement began.
  return (inserted.rowCount ?? 0) > 0 || (await hasTable(database, namespaceId, table));
}

async function hasTable(database: Queryable, namespaceId: string, table: KvTable): Promise<boolean> {
  const found = await database.query(
    "select from kv_tables where namespace_id = $1 and store = $2 and name = $3",
    [namespaceId, table.store, table.table],
  );
  return found.rowCount === 1;
}

export async function listTables(database: Queryable, namespaceId: string): Promise<KvTableRow[]> {
  const found = await database.query<KvTableRow>(
    `select store, name as table, owner_workflow_id as "ownerId", created_at as "createdAt" from kv_tables
     where namespace_id = $1 order by store, name`,
    [namespaceId],
  );
  return found.rows;
}

export async function listGrants(
  database: Queryable,
  namespaceId: string,
  table: KvTable,
): Promise<{ workflowId: string; permission: "read" | "write" }[]> {
  const found = await database.query<{ workflowId: string; permission: "read" | "write" }>(
    `select workflow_id as "workflowId", permission from kv_permissions
     where namespace_id = $1 and store = $2 and table_name = $3 order by workflow_id`,
    [namespaceId, table.store, table.table],
  );
  return found.rows;
}

/** False when the namespace has no such workflow. */
export async function upsertGrant(
  database: Queryable,
  namespaceId: string,
  { table, workflowId, permission }: { table: KvTable; workflowId: string; permission: "read" | "write" },
): Promise<boolean> {
  const inserted = await database.query(
    `insert into kv_permissions (namespace_id, store, table_name, workflow_id, permission)
     select $1, $2, $3, id, $5 from workflows where namespace_id = $1 and id = $4 and deleted_at is null
     on conflict (namespace_id, store, table_name, workflow_id) do update set permission = excluded.permission`,
    [namespaceId, table.store, table.table, workflowId, permission],
  );
  return inserted.rowCount === 1;
}

export async function removeGrant(
  database: Queryable,
  namespaceId: string,
  { table, workflowId }: { table: KvTable; workflowId: string },
): Promise<boolean> {
  const removed = await database.query(
    "delete from kv_permissions where namespace_id = $1 and store = $2 and table_name = $3 and workflow_id = $4",
    [namespaceId, table.store, table.table, workflowId],
  );
  return removed.rowCount === 1;
}
