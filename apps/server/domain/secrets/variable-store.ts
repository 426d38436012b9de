import type { Queryable } from "../../platform/db/database.ts";
import { sealedUnderLiveKey } from "./keys/sealed-under-live-key.ts";
import type { SealedRecord } from "./vault.ts";

export interface VariableRow extends SealedRecord {
  id: string;
  name: string;
  version: number;
  createdAt: Date;
  updatedAt: Date;
  updatedBy: string;
}

/** A workflow and the namespace it must be in. */
export interface VariableOwner {
  namespaceId: string;
  workflowId: string;
}

const COLUMNS = `id, name, version, key_id as "keyId", sealed, created_at as "createdAt", updated_at as "updatedAt",
  updated_by as "updatedBy"`;

export async function listVariables(
  database: Queryable,
  { namespaceId, workflowId }: VariableOwner,
): Promise<VariableRow[]> {
  const found = await database.query<VariableRow>(
    `select ${COLUMNS} from variables where namespace_id = $1 and workflow_id = $2 order by name`,
    [namespaceId, workflowId],
  );
  return found.rows;
}

export type NewVariableVersion = Pick<VariableRow, "id" | "name" | "version" | "updatedBy"> & SealedRecord;

/** Writes the version after the one that is there; undefined when another write came first. */
export async function upsertVariable(
  database: Queryable,
  { namespaceId, workflowId }: VariableOwner,
  row: NewVariableVersion,
): Promise<VariableRow | undefined> {
  const written = await sealedUnderLiveKey(
    database.query<VariableRow>(
      `insert into variables (id, namespace_id, workflow_id, name, version, key_id, sealed, updated_by)
     values ($1, $2, $3, $4, $5, $6, $7, $8)
     on conflict (workflow_id, name) do update
     set version = excluded.version, key_id = excluded.key_id, sealed = excluded.sealed, updated_at = now(),
       updated_by = excluded.updated_by
     where variables.id = excluded.id and variables.version = excluded.version - 1
     returning ${COLUMNS}`,
      [row.id, namespaceId, workflowId, row.name, row.version, row.keyId, row.sealed, row.updatedBy],
    ),
  );
  return written.rows[0];
}

export async function removeVariable(
  database: Queryable,
  { namespaceId, workflowId }: VariableOwner,
  name: string,
): Promise<boolean> {
  const removed = await database.query(
    "delete from variables where namespace_id = $1 and workflow_id = $2 and name = $3",
    [namespaceId, workflowId, name],
  );
  return removed.rowCount === 1;
}

export const VARIABLES_CHANGED = "variables_changed";

/** Tells every server, when the transaction commits, that warm processes of the workflow hold old variables. */
export async function notifyVariablesChanged(transaction: Queryable, workflowId: string): Promise<void> {
  await transaction.query("select pg_notify($1, $2)", [VARIABLES_CHANGED, workflowId]);
}
