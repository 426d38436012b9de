import type { DriverName } from "@floww/contract/api";
import { isForeignKeyViolation, type Queryable } from "../../platform/db/database.ts";

export interface Namespace {
  id: string;
  organizationId: string;
  name: string;
  /** Where its deployments run that name no driver. */
  driver: DriverName;
}

const COLUMNS = 'id, organization_id as "organizationId", name, driver';

export async function insertNamespace(
  database: Queryable,
  { id, organizationId, name }: Omit<Namespace, "driver">,
): Promise<Namespace> {
  const inserted = await database.query<Namespace>(
    `insert into namespaces (id, organization_id, name) values ($1, $2, $3) returning ${COLUMNS}`,
    [id, organizationId, name],
  );
  return inserted.rows[0]!;
}

/** Of any organization: whether it is the caller's is authorize()'s to decide, before anything else sees it. */
export async function findNamespace(database: Queryable, id: string): Promise<Namespace | undefined> {
  const found = await database.query<Namespace>(`select ${COLUMNS} from namespaces where id = $1`, [id]);
  return found.rows[0];
}

export async function listNamespaces(
  database: Queryable,
  organizationIds: readonly string[],
): Promise<Namespace[]> {
  const found = await database.query<Namespace>(
    `select ${COLUMNS} from namespaces where organization_id = any($1) order by name, id`,
    [organizationIds],
  );
  return found.rows;
}

export async function renameNamespaceRow(database: Queryable, id: string, name: string): Promise<void> {
  await database.query("update namespaces set name = $2 where id = $1", [id, name]);
}

export async function setNamespaceDriver(database: Queryable, id: string, driver: DriverName): Promise<void> {
  await database.query("update namespaces set driver = $2 where id = $1", [id, driver]);
}

/** False while something refers to it: a workflow, even a deleted one, keeps the record of what ran. */
export async function deleteNamespace(database: Queryable, id: string): Promise<boolean> {
  try {
    await database.query("delete from namespaces where id = $1", [id]);
    return true;
  } catch (error) {
    if (isForeignKeyViolation(error)) return false;
    throw error;
  }
}
