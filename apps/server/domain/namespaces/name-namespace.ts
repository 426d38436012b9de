import { FlowwError } from "@floww/contract/errors";
import { isUniqueViolation, type Queryable } from "../../platform/db/database.ts";
import { newUuid } from "../../platform/uuid-v7.ts";
import { insertNamespace, type Namespace, renameNamespaceRow } from "./store.ts";

/** @throws FlowwError NAME_TAKEN */
export async function createNamespace(
  database: Queryable,
  { organizationId, name }: { organizationId: string; name: string },
): Promise<Namespace> {
  return refuseTaken(name, insertNamespace(database, { id: newUuid(), organizationId, name }));
}

/** @throws FlowwError NAME_TAKEN */
export async function renameNamespace(database: Queryable, id: string, name: string): Promise<void> {
  await refuseTaken(name, renameNamespaceRow(database, id, name));
}

async function refuseTaken<T>(name: string, work: Promise<T>): Promise<T> {
  return work.catch((cause: unknown) => {
    if (!isUniqueViolation(cause)) throw cause;
    throw new FlowwError("NAME_TAKEN", `A namespace named "${name}" exists in this organization.`, { cause });
  });
}
