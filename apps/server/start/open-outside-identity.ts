import { formatId } from "@floww/contract/ids";
import type { IdentityConfig } from "../config/identity-config.ts";
import { appendAudit } from "../domain/audit/store.ts";
import type { Identity } from "../domain/identity/identity.ts";
import { OidcIdentity } from "../domain/identity/oidc/oidc-identity.ts";
import type { OutsideDirectory } from "../domain/identity/outside-directory.ts";
import type { OutsideIdentity } from "../domain/identity/outside-identity.ts";
import { WorkosDirectory } from "../domain/identity/workos/workos-directory.ts";
import { WorkosIdentity } from "../domain/identity/workos/workos-identity.ts";
import { ensureFirstNamespace } from "../domain/namespaces/first-namespace.ts";
import { OutsideMembers } from "../domain/organizations/outside/outside-members.ts";
import type { MemberMoved } from "../domain/organizations/outside/outside-rules.ts";
import { insertOrganization } from "../domain/organizations/store.ts";
import { WorkosClient } from "../platform/clients/workos/workos-client.ts";
import type { Database, Queryable } from "../platform/db/database.ts";
import type { Realtime } from "../platform/realtime/realtime.ts";
import { newUuid } from "../platform/uuid-v7.ts";

interface OutsideParts {
  /** Who tells us who people are; undefined: we ask for passwords ourselves. */
  identity: OutsideIdentity | undefined;
  /** Who tells us where they belong; undefined: that is decided here alone. */
  directory: OutsideDirectory | undefined;
}

export function openOutsideIdentity(config: IdentityConfig): OutsideParts {
  if (config.kind === "embedded") return { identity: undefined, directory: undefined };
  if (config.kind === "oidc") return { identity: new OidcIdentity(config), directory: undefined };
  const client = new WorkosClient(config);
  return { identity: new WorkosIdentity(client), directory: new WorkosDirectory(client) };
}

interface MembersOptions {
  directory: OutsideDirectory | undefined;
  database: Database;
  identity: Identity;
  firstOrganizationId: string;
  realtime: Realtime;
  report(error: unknown): void;
}

export function openOutsideMembers(
  config: IdentityConfig,
  { directory, database, identity, firstOrganizationId, realtime, report }: MembersOptions,
): OutsideMembers | undefined {
  if (config.kind !== "workos" || directory === undefined) return undefined;
  const onMoved = async (moved: readonly MemberMoved[]) => {
    for (const one of moved) await tell(database, realtime, one).catch(report);
  };
  const rules = { database, directory, firstOrganizationId, makeOrganization, onMoved, report };
  return new OutsideMembers({ ...rules, organizations: config.organizations, roles: config.roles }, identity);
}

async function makeOrganization(transaction: Queryable, name: string): Promise<string> {
  const id = newUuid();
  await insertOrganization(transaction, { id, name });
  await ensureFirstNamespace(transaction, id);
  return id;
}

const actions = {
  joined: "addMember",
  roleChanged: "changeMemberRole",
  left: "removeMember",
  signedOut: "signOut",
};

/** Who lost something is cut off now, and not when their token is over. */
async function tell(
  database: Database,
  realtime: Realtime,
  { kind, userId, organizationId }: MemberMoved,
): Promise<void> {
  await appendAudit(database, {
    organizationId,
    actor: { kind: "nobody", name: "The identity provider" },
    action: actions[kind],
    subjects: { userId: formatId("user", userId) },
    address: "",
  });
  if (kind === "left" || kind === "signedOut") await realtime.disconnect(`user:${userId}`);
}
