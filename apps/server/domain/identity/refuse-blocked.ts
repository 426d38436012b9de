import { FlowwError } from "@floww/contract/errors";
import type { Queryable } from "../../platform/db/database.ts";

export async function isBlocked(database: Queryable, userId: string): Promise<boolean> {
  const found = await database.query("select from blocked_people where user_id = $1", [userId]);
  return found.rowCount !== 0;
}

/** For whoever proved who they are, and for nobody else: it tells that there is such an account. @throws FlowwError ACCOUNT_BLOCKED */
export async function refuseBlocked(database: Queryable, userId: string): Promise<void> {
  if (await isBlocked(database, userId)) throw new FlowwError("ACCOUNT_BLOCKED");
}
