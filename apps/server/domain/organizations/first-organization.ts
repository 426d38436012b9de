import type { Database } from "../../platform/db/database.ts";
import { newUuid } from "../../platform/uuid-v7.ts";
import { findFirstOrganization, insertOrganization, type Organization } from "./store.ts";

/** The organization of a fresh server; it is there before anybody has an account. */
export async function ensureFirstOrganization(database: Database): Promise<Organization> {
  const found = await findFirstOrganization(database);
  if (found !== undefined) return found;
  const organization = { id: newUuid(), name: "default" };
  await insertOrganization(database, organization);
  return organization;
}
