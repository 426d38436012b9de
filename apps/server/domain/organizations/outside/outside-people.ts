import { FlowwError } from "@floww/contract/errors";
import type { Queryable } from "../../../platform/db/database.ts";
import { endAllSessions } from "../../identity/browser-sessions.ts";
import { endMembership } from "../memberships.ts";
import { endPlaces } from "./outside-places.ts";
import type { MemberMoved, OutsideRules } from "./outside-rules.ts";

interface ChangedPerson {
  subject: string;
  email: string;
  isEmailVerified: boolean;
  name: string | undefined;
  at: Date;
}

/** Name and address follow the provider; an address only when it was verified, and never one that is another account's. */
export async function changeOutsidePerson(
  transaction: Queryable,
  { directory, report }: OutsideRules,
  { subject, email, isEmailVerified, name, at }: ChangedPerson,
): Promise<void> {
  const found = await transaction.query<{ id: string }>(
    `update outside_identities set changed_at = $3
     where issuer = $1 and subject = $2 and changed_at < $3 and not is_deleted returning user_id as id`,
    [directory.issuer, subject, at],
  );
  const [person] = found.rows;
  if (person === undefined) return;
  if (name !== undefined)
    await transaction.query("update users set name = $2, updated_at = now() where id = $1", [
      person.id,
      name,
    ]);
  if (!isEmailVerified) return;
  const changed = await transaction.query(
    `update users set email = lower($2), email_verified = true, updated_at = now() where id = $1
       and not exists (select from users as others where others.email = lower($2) and others.id <> $1)`,
    [person.id, email],
  );
  if (changed.rowCount === 0)
    report(
      new FlowwError(
        "STATE_CONFLICT",
        "Somebody's new address is another account's here: they keep the old one.",
        {
          fix: "End the other account, or give one of them another address at the identity provider.",
        },
      ),
    );
}

/** Nobody can sign in as them any more: all that they have here ends. Their address is free for whoever has it next. */
export async function endOutsidePerson(
  transaction: Queryable,
  { directory }: OutsideRules,
  { subject, at }: { subject: string; at: Date },
): Promise<MemberMoved[]> {
  await endPlaces(transaction, directory.issuer, { subject, at });
  const found = await transaction.query<{ id: string }>(
    `update outside_identities set changed_at = $3, is_deleted = true
     where issuer = $1 and subject = $2 and not is_deleted returning user_id as id`,
    [directory.issuer, subject, at],
  );
  const userId = found.rows[0]?.id;
  if (userId === undefined) return [];
  const memberships = await transaction.query<{ organizationId: string }>(
    'select organization_id as "organizationId" from memberships where user_id = $1 for update',
    [userId],
  );
  for (const { organizationId } of memberships.rows)
    await endMembership(transaction, { organizationId, userId });
  await endAllSessions(transaction, userId);
  await transaction.query("delete from administrators where user_id = $1", [userId]);
  await transaction.query(
    `update users set email = id || '@deleted.invalid', email_verified = false, updated_at = now() where id = $1`,
    [userId],
  );
  const left = memberships.rows.map(
    ({ organizationId }) => ({ kind: "left", userId, organizationId }) as const,
  );
  return [...left, { kind: "signedOut", userId, organizationId: undefined }];
}
