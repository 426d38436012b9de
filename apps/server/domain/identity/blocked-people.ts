import type { Queryable } from "../../platform/db/database.ts";
import { refuseLastAdministrator } from "./administrators.ts";
import { revokeAllKeysMadeBy } from "./api-keys.ts";
import { endAllSessions } from "./browser-sessions.ts";

/** All that they have open ends, and they are not let in again; answers which keys of theirs ended. @throws FlowwError STATE_CONFLICT for the last administrator */
export async function blockPerson(transaction: Queryable, userId: string): Promise<string[]> {
  await refuseLastAdministrator(transaction, userId);
  await transaction.query("insert into blocked_people (user_id) values ($1) on conflict do nothing", [
    userId,
  ]);
  await endAllSessions(transaction, userId);
  return revokeAllKeysMadeBy(transaction, userId);
}

/** They may sign in again; what ended stays ended. */
export async function unblockPerson(transaction: Queryable, userId: string): Promise<void> {
  // What a sign-in under way left at the moment of the block.
  await endAllSessions(transaction, userId);
  await transaction.query("delete from blocked_people where user_id = $1", [userId]);
}
