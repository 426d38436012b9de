import type { Queryable } from "../../platform/db/database.ts";
import { newUuid } from "../../platform/uuid-v7.ts";
import { insertNamespace, listNamespaces, type Namespace } from "./store.ts";

/** The namespace that an organization begins with. */
export async function ensureFirstNamespace(database: Queryable, organizationId: string): Promise<Namespace> {
  const found = await listNamespaces(database, [organizationId]);
  if (found[0] !== undefined) return found[0];
  return insertNamespace(database, { id: newUuid(), organizationId, name: "default" });
}
