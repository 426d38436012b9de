import type { Queryable } from "../../../platform/db/database.ts";
import type { OutsideEvent } from "../../identity/outside-directory.ts";
import { endOutsideSession } from "../../identity/outside-sessions.ts";
import { changeOutsidePerson, endOutsidePerson } from "./outside-people.ts";
import { type Ending, endPlaces, keepMembership, keepOrganization } from "./outside-places.ts";
import type { MemberMoved, OutsideRules } from "./outside-rules.ts";
import { settleMemberships } from "./settle-memberships.ts";

/** Takes what a provider says: at most once, and nothing that a later word has overtaken. Holds when it returns. */
export async function takeEvent(rules: OutsideRules, event: OutsideEvent): Promise<void> {
  const moved = await rules.database.transaction(async (transaction) => {
    const taken = await transaction.query(
      "insert into outside_events (issuer, id) values ($1, $2) on conflict do nothing",
      [rules.directory.issuer, event.id],
    );
    return taken.rowCount === 0 ? [] : apply(transaction, rules, event);
  });
  await rules.onMoved(moved);
}

async function apply(
  transaction: Queryable,
  rules: OutsideRules,
  { at, change }: OutsideEvent,
): Promise<MemberMoved[]> {
  const { issuer } = rules.directory;
  const end = async (ending: Omit<Ending, "at">) =>
    settleAll(transaction, rules, await endPlaces(transaction, issuer, { ...ending, at }));
  switch (change.kind) {
    case "person":
      await changeOutsidePerson(transaction, rules, { ...change, at });
      return [];
    case "personDeleted":
      return endOutsidePerson(transaction, rules, { subject: change.subject, at });
    case "membership":
      await keepMembership(transaction, issuer, { ...change.membership, at });
      return settleMemberships(transaction, rules, change.membership.subject);
    case "organization":
      await renameOrganization(transaction, rules, { ...change, at });
      return [];
    case "organizationDeleted":
      await keepOrganization(transaction, issuer, { id: change.id, name: change.id, at, isDeleted: true });
      return end({ organization: change.id });
    case "directoryPersonGone":
      return end({ organization: change.organization, email: change.email });
    case "directoryDeleted":
      return end({ organization: change.organization, isOfDirectory: true });
    case "sessionEnded": {
      const ended = await endOutsideSession(transaction, { issuer, outsideId: change.sessionId });
      return ended.map((userId) => ({ kind: "signedOut", userId, organizationId: undefined }));
    }
    default:
      return [];
  }
}

async function settleAll(
  transaction: Queryable,
  rules: OutsideRules,
  subjects: readonly string[],
): Promise<MemberMoved[]> {
  const moved: MemberMoved[] = [];
  for (const subject of [...new Set(subjects)].sort())
    moved.push(...(await settleMemberships(transaction, rules, subject)));
  return moved;
}

/** The organization that this server began with keeps the name that it has here. */
async function renameOrganization(
  transaction: Queryable,
  { directory, firstOrganizationId }: OutsideRules,
  { id, name, at }: { id: string; name: string; at: Date },
): Promise<void> {
  if (!(await keepOrganization(transaction, directory.issuer, { id, name, at, isDeleted: false }))) return;
  await transaction.query(
    `update organizations set name = $3 from outside_organizations
     where issuer = $1 and outside_id = $2 and organizations.id = organization_id and organizations.id <> $4`,
    [directory.issuer, id, name, firstOrganizationId],
  );
}
