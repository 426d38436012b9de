import { FlowwError } from "@floww/contract/errors";
import type { Database, Queryable } from "../../platform/db/database.ts";
import { newUuid } from "../../platform/uuid-v7.ts";
import { ExecutionState } from "../executions/states.ts";
import { ensureFirstNamespace } from "../namespaces/first-namespace.ts";
import { insertInvitation } from "../organizations/invitations.ts";
import { insertOrganization, listOrganizations } from "../organizations/store.ts";
import { type AdminPage, containsPattern } from "./page.ts";

export interface AdminOrganization {
  id: string;
  name: string;
  createdAt: Date;
  members: number;
  namespaces: number;
}

/** Newest first. */
export async function listAllOrganizations(
  database: Queryable,
  { beforeId, limit, search }: AdminPage,
): Promise<AdminOrganization[]> {
  const found = await database.query<AdminOrganization>(
    `select id, name, created_at as "createdAt",
       (select count(*) from memberships where organization_id = organizations.id)::integer as members,
       (select count(*) from namespaces where organization_id = organizations.id)::integer as namespaces
     from organizations where ($1::uuid is null or id < $1) and ($2::text is null or name ilike $2)
     order by id desc limit $3`,
    [beforeId, containsPattern(search), limit],
  );
  return found.rows;
}

/** What keeps user code in the server's own engine where that is no wall (Node's permission model). */
const SEAT_BELT = "permission";

/**
 * An organization with its first namespace, and an invitation for its owner: all of it or nothing. Refused where tenants could
 * reach each other: whatever else is offered, anybody may choose the server's own engine. @throws FlowwError STATE_CONFLICT
 */
export function createTenant(
  database: Database,
  wanted: {
    name: string;
    ownerEmail: string;
    invitedBy: string;
    offered: readonly { driver: string; isolation: string }[];
  },
): Promise<{ organization: AdminOrganization; token: string }> {
  if (wanted.offered.some(({ isolation }) => isolation === SEAT_BELT))
    throw new FlowwError(
      "STATE_CONFLICT",
      "On this server nothing but Node's permission model keeps one organization's code from another's.",
      {
        fix: "Install bubblewrap (`apt-get install bubblewrap`), allow user namespaces and start the server again; then add the organization.",
      },
    );
  return database.transaction(async (transaction) => {
    const id = newUuid();
    await insertOrganization(transaction, { id, name: wanted.name });
    await ensureFirstNamespace(transaction, id);
    const invitation = { organizationId: id, email: wanted.ownerEmail, role: "owner" } as const;
    const { token } = await insertInvitation(transaction, { ...invitation, invitedBy: wanted.invitedBy });
    const [made] = await listOrganizations(transaction, [id]);
    return { organization: { ...made!, members: 0, namespaces: 1 }, token };
  });
}

export interface AdminNamespace {
  id: string;
  name: string;
  organizationId: string;
  organizationName: string;
  workflows: number;
  ledgerBytes: number;
  registryBytes: number;
  unfinished: number;
}

type Counted = Omit<AdminNamespace, "ledgerBytes" | "registryBytes"> &
  Record<"ledgerBytes" | "registryBytes", string>;

/**
 * Newest first, with what they hold. What is unfinished is counted once for all, by the partial index that has nothing else:
 * asked by namespace, the planner might walk all that a namespace ever ran.
 */
export async function listAllNamespaces(
  database: Queryable,
  { beforeId, limit, search }: AdminPage,
): Promise<AdminNamespace[]> {
  const found = await database.query<Counted>(
    `with shown as (
       select namespaces.id, namespaces.name, organization_id, organizations.name as organization_name
       from namespaces join organizations on organizations.id = organization_id
       where ($1::uuid is null or namespaces.id < $1)
         and ($2::text is null or namespaces.name ilike $2 or organizations.name ilike $2)
       order by namespaces.id desc limit $3
     ), unfinished as materialized (
       select namespace_id, count(*)::integer as count from executions
       where state < ${ExecutionState.completed} group by namespace_id
     )
     select shown.id, shown.name, organization_id as "organizationId", organization_name as "organizationName",
       (select count(*) from workflows where namespace_id = shown.id and deleted_at is null)::integer as workflows,
       (select coalesce(sum(bytes), 0) from ledger_usage where namespace_id = shown.id)::bigint as "ledgerBytes",
       (select coalesce(sum(bytes), 0) from registry_blobs where namespace_id = shown.id and not is_being_removed)::bigint
         + (select coalesce(sum(bytes), 0) from registry_manifests where namespace_id = shown.id)::bigint as "registryBytes",
       coalesce((select count from unfinished where namespace_id = shown.id), 0) as unfinished
     from shown order by shown.id desc`,
    [beforeId, containsPattern(search), limit],
  );
  return found.rows.map((row) => ({
    ...row,
    ledgerBytes: Number(row.ledgerBytes),
    registryBytes: Number(row.registryBytes),
  }));
}
