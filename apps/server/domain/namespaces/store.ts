import type { Queryable } from "../../platform/db/database.ts";

export interface Namespace {
  id: string;
  organizationId: string;
  name: string;
}

const COLUMNS = 'id, organization_id as "organizationId", name';

export async function insertNamespace(
  database: Queryable,
  { id, organizationId, name }: Namespace,
): Promise<void> {
  await database.query("insert into namespaces (id, organization_id, name) values ($1, $2, $3)", [
    id,
    organizationId,
    name,
  ]);
}

/** Undefined for another organization's too: to whom it is closed, it does not exist. */
export async function findNamespace(
  database: Queryable,
  id: string,
  organizationId: string,
): Promise<Namespace | undefined> {
  const found = await database.query<Namespace>(
    `select ${COLUMNS} from namespaces where id = $1 and organization_id = $2`,
    [id, organizationId],
  );
  return found.rows[0];
}

export async function listNamespaces(database: Queryable, organizationId: string): Promise<Namespace[]> {
  const found = await database.query<Namespace>(
    `select ${COLUMNS} from namespaces where organization_id = $1 order by name`,
    [organizationId],
  );
  return found.rows;
}
