import { randomBytes } from "node:crypto";
import { FlowwError } from "@floww/contract/errors";
import { isUniqueViolation, type Queryable } from "../../platform/db/database.ts";
import { newUuid } from "../../platform/uuid-v7.ts";
import { insertWorkflow, type Workflow } from "./store.ts";

/** 144 bits: the key in the URL is what keeps strangers from calling a webhook at all. */
const KEY_BYTES = 18;

/** @throws FlowwError NAME_TAKEN */
export async function createWorkflow(
  database: Queryable,
  { namespaceId, name, description }: { namespaceId: string; name: string; description: string },
): Promise<Workflow> {
  const key = randomBytes(KEY_BYTES).toString("base64url");
  try {
    return await insertWorkflow(database, { id: newUuid(), namespaceId, name, description, key });
  } catch (cause) {
    if (!isUniqueViolation(cause)) throw cause;
    throw new FlowwError("NAME_TAKEN", `A workflow named "${name}" exists in this namespace.`, { cause });
  }
}
