import type { Role } from "@floww/contract/api";
import { FlowwError } from "@floww/contract/errors";
import type { Queryable } from "../../../platform/db/database.ts";
import { endMembership } from "../memberships.ts";
import type { MemberMoved, OutsideRules } from "./outside-rules.ts";
import { roleOf } from "./role-of.ts";

interface Place {
  organization: string;
  roles: string[];
  isActive: boolean;
  isApplied: boolean;
}

/**
 * Makes somebody's memberships here what the provider's are by what was kept of its words, whatever came in which order.
 * A membership of ours that was not made by it stays; what it has given it also takes.
 */
export async function settleMemberships(
  transaction: Queryable,
  rules: OutsideRules,
  subject: string,
): Promise<MemberMoved[]> {
  const { issuer } = rules.directory;
  // Before the person is looked for: whoever makes the account at this moment holds these rows.
  const places = await lockPlaces(transaction, issuer, subject);
  const userId = await findUser(transaction, issuer, subject);
  if (userId === undefined) return [];
  const moved: MemberMoved[] = [];
  for (const place of places) {
    const isIn = place.isActive && belongsHere(rules, place.organization);
    if (isIn) moved.push(...(await give(transaction, rules, { ...place, subject, userId })));
    else if (place.isApplied) moved.push(...(await take(transaction, rules, { ...place, subject, userId })));
  }
  return moved;
}

export function belongsHere({ organizations }: OutsideRules, organization: string): boolean {
  return organizations.length === 0 || organizations.includes(organization);
}

async function lockPlaces(transaction: Queryable, issuer: string, subject: string): Promise<Place[]> {
  const found = await transaction.query<Place>(
    `select outside_organization as organization, roles, places.is_active and not is_deleted as "isActive",
       is_applied as "isApplied"
     from outside_memberships as places join outside_organizations
       on outside_organizations.issuer = places.issuer and outside_id = outside_organization
     where places.issuer = $1 and subject = $2 order by outside_organization for update of places`,
    [issuer, subject],
  );
  return found.rows;
}

async function findUser(
  transaction: Queryable,
  issuer: string,
  subject: string,
): Promise<string | undefined> {
  const found = await transaction.query<{ id: string; isDeleted: boolean }>(
    'select user_id as id, is_deleted as "isDeleted" from outside_identities where issuer = $1 and subject = $2',
    [issuer, subject],
  );
  const [person] = found.rows;
  return person?.isDeleted === false ? person.id : undefined;
}

interface Placed extends Place {
  subject: string;
  userId: string;
}

async function give(transaction: Queryable, rules: OutsideRules, placed: Placed): Promise<MemberMoved[]> {
  const { userId } = placed;
  const organizationId = await ensureOrganization(transaction, rules, placed.organization);
  const { role, isUnknown } = roleOf(placed.roles, rules.roles);
  const members = await transaction.query<{ userId: string; role: Role }>(
    `select user_id as "userId", role from memberships
     where organization_id = $1 and (user_id = $2 or role = 'owner') order by user_id for update`,
    [organizationId, userId],
  );
  const was = members.rows.find((member) => member.userId === userId)?.role;
  const isLastOwner = was === "owner" && members.rows.length === 1;
  const given = isLastOwner ? "owner" : role;
  await transaction.query(
    `insert into memberships (organization_id, user_id, role) values ($1, $2, $3)
     on conflict (organization_id, user_id) do update set role = excluded.role`,
    [organizationId, userId, given],
  );
  await markApplied(transaction, rules, placed, true);
  if (given !== role) rules.report(keptOwner(role));
  if (was === given) return [];
  if (isUnknown) rules.report(unknownRole(placed.roles));
  return [{ kind: was === undefined ? "joined" : "roleChanged", userId, organizationId }];
}

async function take(transaction: Queryable, rules: OutsideRules, placed: Placed): Promise<MemberMoved[]> {
  const { userId } = placed;
  await markApplied(transaction, rules, placed, false);
  const organizationId = await findOrganization(transaction, rules, placed.organization);
  if (organizationId === undefined) return [];
  await endMembership(transaction, { organizationId, userId });
  return [{ kind: "left", userId, organizationId }];
}

async function markApplied(
  transaction: Queryable,
  { directory }: OutsideRules,
  { organization, subject }: Placed,
  isApplied: boolean,
): Promise<void> {
  await transaction.query(
    "update outside_memberships set is_applied = $4 where issuer = $1 and outside_organization = $2 and subject = $3",
    [directory.issuer, organization, subject, isApplied],
  );
}

/** Locked: of two who are its first members here, one makes it. */
async function findOrganization(
  transaction: Queryable,
  { directory }: OutsideRules,
  organization: string,
): Promise<string | undefined> {
  const found = await transaction.query<{ id: string | null }>(
    `select organization_id as id from outside_organizations where issuer = $1 and outside_id = $2 for update`,
    [directory.issuer, organization],
  );
  return found.rows[0]?.id ?? undefined;
}

async function ensureOrganization(
  transaction: Queryable,
  rules: OutsideRules,
  organization: string,
): Promise<string> {
  const found = await findOrganization(transaction, rules, organization);
  if (found !== undefined) return found;
  const { issuer } = rules.directory;
  const isFirst = rules.organizations[0] === organization && !(await isLinked(transaction, rules));
  const named = await transaction.query<{ name: string }>(
    "select name from outside_organizations where issuer = $1 and outside_id = $2",
    [issuer, organization],
  );
  const id = isFirst
    ? rules.firstOrganizationId
    : await rules.makeOrganization(transaction, named.rows[0]?.name ?? organization);
  await transaction.query(
    "update outside_organizations set organization_id = $3 where issuer = $1 and outside_id = $2",
    [issuer, organization, id],
  );
  return id;
}

/** Somebody changed the order of the list: what is linked stays so. */
async function isLinked(
  transaction: Queryable,
  { directory, firstOrganizationId }: OutsideRules,
): Promise<boolean> {
  const found = await transaction.query(
    "select from outside_organizations where issuer = $1 and organization_id = $2",
    [directory.issuer, firstOrganizationId],
  );
  return found.rowCount !== 0;
}

/** Who opened the set-up link need not be an owner at the provider; an organization without one could not be mended. */
function keptOwner(role: Role): FlowwError {
  return new FlowwError(
    "CONFIG_INVALID",
    `The last owner of an organization is "${role}" at the identity provider: they stay an owner.`,
    {
      fix: "Make somebody an owner there, by the slug owner or one that FLOWW_WORKOS_ROLES calls so.",
    },
  );
}

function unknownRole(words: readonly string[]): FlowwError {
  const shown = words.map((word) => `"${word.slice(0, 100)}"`).join(", ");
  return new FlowwError(
    "CONFIG_INVALID",
    `The identity provider's role ${shown} means nothing here: viewer is given.`,
    {
      fix: "Name it in FLOWW_WORKOS_ROLES, such as support=developer.",
    },
  );
}
