import type { Database } from "../../platform/db/database.ts";
import type { Identity } from "../identity/identity.ts";
import type { OutsidePerson } from "../identity/outside-identity.ts";
import { createPerson, type NewPerson } from "../identity/people.ts";
import { acceptInvitation } from "./invitations.ts";

/** Account and membership in one: an invitation that is no longer good leaves no account behind. */
export async function joinAsNewPerson(
  { database, identity }: { database: Database; identity: Pick<Identity, "auth" | "outside"> },
  { token, person }: { token: string; person: NewPerson | OutsidePerson },
): Promise<string> {
  return database.transaction(async (transaction) => {
    const userId = await createPerson(transaction, identity, person);
    await acceptInvitation(transaction, { token, userId, email: person.email });
    return userId;
  });
}
