import { FlowwError } from "@floww/contract/errors";
import { isUniqueViolation, type Queryable } from "../../platform/db/database.ts";
import { newUuid } from "../../platform/uuid-v7.ts";
import type { Identity } from "./identity.ts";
import type { OutsidePerson } from "./outside-identity.ts";

export interface NewPerson {
  name: string;
  email: string;
  password: string;
}

type Proving = Pick<Identity, "auth" | "outside">;

/**
 * Makes an account, in the transaction of whatever opened the door for it: the set-up link or an invitation.
 * @throws FlowwError STATE_CONFLICT when the e-mail address has one
 */
export async function createPerson(
  transaction: Queryable,
  identity: Proving,
  person: NewPerson | OutsidePerson,
): Promise<string> {
  if ("subject" in person) return createOutsidePerson(transaction, person);
  if (identity.outside !== undefined) throw new FlowwError("PASSWORDS_OFF");
  const { password: hasher } = await (await identity.auth()).$context;
  const id = await insertUser(transaction, { ...person, isEmailVerified: false });
  await transaction.query(
    "insert into accounts (id, user_id, account_id, provider_id, password) values ($1, $2::uuid, $2::uuid::text, 'credential', $3)",
    [newUuid(), id, await hasher.hash(person.password)],
  );
  return id;
}

/** An account that exists under the address is not taken over, whether the provider verified the address or not. */
async function createOutsidePerson(transaction: Queryable, person: OutsidePerson): Promise<string> {
  const id = await insertUser(transaction, person);
  await transaction.query("insert into outside_identities (issuer, subject, user_id) values ($1, $2, $3)", [
    person.issuer,
    person.subject,
    id,
  ]);
  return id;
}

async function insertUser(
  transaction: Queryable,
  { name, email, isEmailVerified }: { name: string; email: string; isEmailVerified: boolean },
): Promise<string> {
  const id = newUuid();
  try {
    await transaction.query(
      "insert into users (id, name, email, email_verified) values ($1, $2, lower($3), $4)",
      [id, name, email, isEmailVerified],
    );
  } catch (cause) {
    if (!isUniqueViolation(cause)) throw cause;
    throw new FlowwError("STATE_CONFLICT", `There is an account for ${email} already.`, {
      fix: "Sign in with it. Where an identity provider signs people in, it takes over no account that was not made by it.",
      cause,
    });
  }
  return id;
}

export async function renamePerson(database: Queryable, id: string, name: string): Promise<void> {
  await database.query("update users set name = $2, updated_at = now() where id = $1", [id, name]);
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

export async function findOutsidePerson(
  database: Queryable,
  { issuer, subject }: { issuer: string; subject: string },
): Promise<string | undefined> {
  const found = await database.query<{ id: string }>(
    "select user_id as id from outside_identities where issuer = $1 and subject = $2 and not is_deleted",
    [issuer, subject],
  );
  return found.rows[0]?.id;
}
