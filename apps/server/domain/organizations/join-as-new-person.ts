import type { Database } from "../../platform/db/database.ts";
import type { Identity } from "../identity/identity.ts";
import { createPerson, type NewPerson } from "../identity/people.ts";
import { acceptInvitation } from "./invitations.ts";

/** Account and membership in one: an invitation that is no longer good leaves no account behind. */
export async function joinAsNewPerson(
  { database, identity }: { database: Database; identity: Pick<Identity, "auth"> },
  { token, person }: { token: string; person: NewPerson },
): Promise<string> {
  const auth = await identity.auth();
  return database.transaction(async (transaction) => {
    const userId = await createPerson(transaction, auth, person);
    await acceptInvitation(transaction, { token, userId, email: person.email });
    return userId;
  });
}
