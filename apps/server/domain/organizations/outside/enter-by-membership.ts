import type { Queryable } from "../../../platform/db/database.ts";
import type { Identity } from "../../identity/identity.ts";
import type { OutsideMembership } from "../../identity/outside-directory.ts";
import type { OutsidePerson } from "../../identity/outside-identity.ts";
import { createPerson, findOutsidePerson } from "../../identity/people.ts";
import { changeOutsidePerson } from "./outside-people.ts";
import { endMissing, keepMembership } from "./outside-places.ts";
import type { MemberMoved, OutsideRules } from "./outside-rules.ts";
import { belongsHere, settleMemberships } from "./settle-memberships.ts";

/** How far the provider's clock may be from ours: an event of these seconds counts as later than what is asked for now. */
const CLOCK_MS = 60_000;

/**
 * Somebody who just signed in: their memberships are asked for, so that nobody waits for a webhook. Who is a member of an
 * organization that belongs here gets an account. Answers who they are; undefined when there is no place for them.
 */
export async function enterByMembership(
  rules: OutsideRules,
  identity: Pick<Identity, "auth" | "outside">,
  person: OutsidePerson,
): Promise<string | undefined> {
  const at = new Date(Date.now() - CLOCK_MS);
  const memberships = await rules.directory.membershipsOf(person.subject);
  const entered = await rules.database.transaction(async (transaction) => {
    // Of two browsers in which somebody signs in for the first time, the second finds the account.
    const name = JSON.stringify([person.issuer, person.subject]);
    await transaction.query("select pg_advisory_xact_lock(hashtextextended($1, 0))", [name]);
    const known = await findOutsidePerson(transaction, person);
    const isMember = memberships.some((one) => one.isActive && belongsHere(rules, one.organization));
    if (known === undefined && !isMember) return undefined;
    const userId = known ?? (await createPerson(transaction, identity, person));
    if (known !== undefined) await changeOutsidePerson(transaction, rules, { ...person, at });
    return { userId, moved: await keepAll(transaction, rules, { person, memberships, at }) };
  });
  await rules.onMoved(entered?.moved ?? []);
  return entered?.userId;
}

async function keepAll(
  transaction: Queryable,
  rules: OutsideRules,
  { person, memberships, at }: { person: OutsidePerson; memberships: OutsideMembership[]; at: Date },
): Promise<MemberMoved[]> {
  const { issuer } = rules.directory;
  const { subject } = person;
  const sorted = memberships.toSorted((one, other) => (one.organization < other.organization ? -1 : 1));
  for (const membership of sorted) await keepMembership(transaction, issuer, { ...membership, subject, at });
  const organizations = sorted.map(({ organization }) => organization);
  await endMissing(transaction, issuer, { subject, organizations, at });
  return settleMemberships(transaction, rules, subject);
}
