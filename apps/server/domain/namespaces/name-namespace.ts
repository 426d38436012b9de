import { FlowwError } from "@floww/contract/errors";
import { isUniqueViolation, type Queryable } from "../../platform/db/database.ts";
import { newUuid } from "../../platform/uuid-v7.ts";
import { insertNamespace, type Namespace, renameNamespaceRow } from "./store.ts";

/** @throws FlowwError NAME_TAKEN */
export async function createNamespace(
  database: Queryable,
  { organizationId, name }: { organizationId: string; name: string },
): Promise<Namespace> {
  const namespace = { id: newUuid(), organizationId, name };
  await refuseTaken(name, insertNamespace(database, namespace));
  return namespace;
}

/** @throws FlowwError NAME_TAKEN */
export async function renameNamespace(database: Queryable, id: string, name: string): Promise<void> {
  await refuseTaken(name, renameNamespaceRow(database, id, name));
}

async function refuseTaken(name: string, work: Promise<void>): Promise<void> {
  await work.catch((cause: unknown) => {
    if (!isUniqueViolation(cause)) throw cause;
    throw new FlowwError("NAME_TAKEN", `A namespace named "${name}" exists in this organization.`, { cause });
  });
}
