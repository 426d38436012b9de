import { FlowwError } from "@floww/contract/errors";
import { isUniqueViolation, type Queryable } from "../../platform/db/database.ts";
import { newUuid } from "../../platform/uuid-v7.ts";
import type { Auth } from "./create-auth.ts";

export interface NewPerson {
  name: string;
  email: string;
  password: string;
}

/**
 * Makes an account, in the transaction of whatever opened the door for it: the set-up link or an invitation.
 * @throws FlowwError STATE_CONFLICT when the e-mail address has one
 */
export async function createPerson(
  transaction: Queryable,
  auth: Auth,
  { name, email, password }: NewPerson,
): Promise<string> {
  const { password: hasher } = await auth.$context;
  const id = newUuid();
  try {
    await transaction.query("insert into users (id, name, email) values ($1, $2, lower($3))", [
      id,
      name,
      email,
    ]);
  } catch (cause) {
    if (!isUniqueViolation(cause)) throw cause;
    throw new FlowwError("STATE_CONFLICT", `There is an account for ${email}: sign in with it.`, { cause });
  }
  await transaction.query(
    "insert into accounts (id, user_id, account_id, provider_id, password) values ($1, $2::uuid, $2::uuid::text, 'credential', $3)",
    [newUuid(), id, await hasher.hash(password)],
  );
  return id;
}

export async function hasAnyPerson(database: Queryable): Promise<boolean> {
  const found = await database.query<{ found: boolean }>("select exists (select from users) as found");
  return found.rows[0]?.found === true;
}

export async function findPersonByEmail(
  database: Queryable,
  email: string,
): Promise<{ id: string } | undefined> {
  const found = await database.query<{ id: string }>("select id from users where email = lower($1)", [email]);
  return found.rows[0];
}
