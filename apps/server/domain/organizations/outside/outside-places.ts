import type { Queryable } from "../../../platform/db/database.ts";
import type { OutsideMembership } from "../../identity/outside-directory.ts";

/** What a provider said, kept as it was said: each function writes only what is newer than what is there. */

export async function keepMembership(
  transaction: Queryable,
  issuer: string,
  { at, ...told }: OutsideMembership & { at: Date },
): Promise<void> {
  await transaction.query(
    `insert into outside_memberships (issuer, outside_organization, subject, roles, is_active, is_of_directory, changed_at)
     values ($1, $2, $3, $4, $5, $6, $7)
     on conflict (issuer, outside_organization, subject) do update set roles = excluded.roles,
       is_active = excluded.is_active, is_of_directory = excluded.is_of_directory, changed_at = excluded.changed_at
     where outside_memberships.changed_at < excluded.changed_at`,
    [issuer, told.organization, told.subject, told.roles, told.isActive, told.isOfDirectory, at],
  );
  await transaction.query(
    `insert into outside_organizations (issuer, outside_id, name, changed_at) values ($1, $2, $3, '-infinity')
     on conflict do nothing`,
    [issuer, told.organization, told.organizationName],
  );
}

/** Those of a person that a whole list does not have. */
export async function endMissing(
  transaction: Queryable,
  issuer: string,
  { subject, organizations, at }: { subject: string; organizations: readonly string[]; at: Date },
): Promise<void> {
  await transaction.query(
    `update outside_memberships set is_active = false, changed_at = $4
     where issuer = $1 and subject = $2 and outside_organization <> all($3) and changed_at < $4`,
    [issuer, subject, organizations, at],
  );
}

/** Which memberships end: a person's, an organization's, or those in it that follow a directory. */
export interface Ending {
  subject?: string;
  organization?: string;
  /** In an organization: of the person whose account has this address. */
  email?: string;
  isOfDirectory?: true;
  at: Date;
}

/** Answers whose. */
export async function endPlaces(transaction: Queryable, issuer: string, ending: Ending): Promise<string[]> {
  const ended = await transaction.query<{ subject: string }>(
    `update outside_memberships set is_active = false, changed_at = $5
     where issuer = $1 and changed_at < $5 and ($2::text is null or subject = $2)
       and ($3::text is null or outside_organization = $3) and (not $6 or is_of_directory)
       and ($4::text is null or subject in (select subject from outside_identities
         join users on users.id = user_id where issuer = $1 and email = $4)) returning subject`,
    [
      issuer,
      ending.subject ?? null,
      ending.organization ?? null,
      ending.email ?? null,
      ending.at,
      ending.isOfDirectory === true,
    ],
  );
  return ended.rows.map(({ subject }) => subject);
}

/** Our own organization follows the name when it was made for that one. Answers whether this was news. */
export async function keepOrganization(
  transaction: Queryable,
  issuer: string,
  told: { id: string; name: string; at: Date; isDeleted: boolean },
): Promise<boolean> {
  const kept = await transaction.query(
    `insert into outside_organizations (issuer, outside_id, name, is_deleted, changed_at) values ($1, $2, $3, $4, $5)
     on conflict (issuer, outside_id) do update set is_deleted = excluded.is_deleted, changed_at = excluded.changed_at,
       name = case when excluded.is_deleted then outside_organizations.name else excluded.name end
     where outside_organizations.changed_at < excluded.changed_at`,
    [issuer, told.id, told.name, told.isDeleted, told.at],
  );
  return kept.rowCount === 1;
}
