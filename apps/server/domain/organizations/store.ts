import type { Queryable } from "../../platform/db/database.ts";

export interface Organization {
  id: string;
  name: string;
}

export async function insertOrganization(database: Queryable, { id, name }: Organization): Promise<void> {
  await database.query("insert into organizations (id, name) values ($1, $2)", [id, name]);
}

export async function listOrganizations(
  database: Queryable,
  ids: readonly string[],
): Promise<(Organization & { createdAt: Date })[]> {
  const found = await database.query<Organization & { createdAt: Date }>(
    'select id, name, created_at as "createdAt" from organizations where id = any($1) order by created_at, id',
    [ids],
  );
  return found.rows;
}

/** The organization that a fresh server begins with. */
export async function findFirstOrganization(database: Queryable): Promise<Organization | undefined> {
  const found = await database.query<Organization>(
    "select id, name from organizations order by created_at, id limit 1",
  );
  return found.rows[0];
}
