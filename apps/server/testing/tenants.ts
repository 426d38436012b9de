import { createHash } from "node:crypto";
import { formatId, type IdKind, idPrefixes, parseId } from "@floww/contract/ids";
import type { HostedRun } from "../domain/executions/host-operations.ts";
import { createRunTokens } from "../domain/executions/run-tokens.ts";
import { ExecutionState } from "../domain/executions/states.ts";
import { createApiKey } from "../domain/identity/api-keys.ts";
import { insertPasskey } from "../domain/identity/passkeys/store.ts";
import { JournalKindNumber } from "../domain/journal/states.ts";
import { createInvitation } from "../domain/organizations/invitations.ts";
import { newUuid } from "../platform/uuid-v7.ts";
import { anOrganization, aWorkflow } from "./builders.ts";
import { keyRingOf } from "./home-keys.ts";
import type { TestServer } from "./running-server.ts";
import { aMember, type TestMember } from "./signed-in.ts";

/** An organization with one real thing of every kind that a route can name. */
export interface Tenant {
  owner: TestMember;
  organizationId: string;
  /** Public ids; of kinds that nothing can be made of here, one that is not there. */
  ids: Record<IdKind, string>;
  bundleHash: string;
  invitationToken: string;
  /** A service account's key with the owner's role. */
  key: string;
}

export const emptyManifest = { abi: 1 as const, triggers: [], providers: [], secrets: [], warnings: [] };

export async function aTenant(server: TestServer): Promise<Tenant> {
  const { database } = server;
  const organization = await anOrganization(database);
  const owner = await aMember(server, { organizationId: organization.id });
  const namespaceId = organization.namespace.id;
  const workflow = await aWorkflow(database, { namespaceId });
  const made = { owner, namespaceId, workflowId: workflow.id };
  const { key, row } = await createApiKey(database, {
    organizationId: organization.id,
    name: "ci",
    role: "owner",
  });
  const executionId = await anExecution(server, made);
  const invitation = await createInvitation(database, {
    organizationId: organization.id,
    email: `${newUuid()}@example.com`,
    role: "viewer",
    invitedBy: "owner",
  });
  return {
    owner,
    organizationId: organization.id,
    ids: {
      ...absentIds(),
      organization: formatId("organization", organization.id),
      namespace: formatId("namespace", namespaceId),
      user: formatId("user", owner.userId),
      workflow: formatId("workflow", workflow.id),
      apiKey: formatId("apiKey", row.id),
      invitation: formatId("invitation", invitation.row.id),
      session: formatId("session", await sessionIdOf(server, owner)),
      passkey: formatId("passkey", await aPasskeyOf(server, owner)),
      execution: formatId("execution", executionId),
      wait: formatId("wait", await anApproval(server, { namespaceId, executionId })),
      delivery: formatId("delivery", await aDelivery(server, made)),
      provider: formatId("provider", await aProvider(server, made)),
      devSession: await aDevSession(server, made),
    },
    bundleHash: await aBundle(server, namespaceId),
    invitationToken: invitation.token,
    key,
  };
}

function absentIds(): Record<IdKind, string> {
  const kinds = Object.keys(idPrefixes) as IdKind[];
  return Object.fromEntries(kinds.map((kind) => [kind, formatId(kind, newUuid())])) as Record<IdKind, string>;
}

interface Made {
  owner: TestMember;
  namespaceId: string;
  workflowId: string;
}

async function anApproval(
  { database }: TestServer,
  { namespaceId, executionId }: { namespaceId: string; executionId: string },
): Promise<string> {
  const id = newUuid();
  await database.query(
    `insert into journal_waits (id, namespace_id, execution_id, key, kind, name, due_at)
     values ($1, $2, $3, 'go', ${JournalKindNumber.approval}, 'Go?', now() + interval '1 day')`,
    [id, namespaceId, executionId],
  );
  return id;
}

async function aPasskeyOf({ database }: TestServer, { userId }: TestMember): Promise<string> {
  const { id } = await insertPasskey(database, {
    userId,
    name: "laptop",
    credentialId: newUuid(),
    publicKey: Buffer.alloc(1),
    counter: 0,
    transports: [],
    isSynced: false,
  });
  return id;
}

async function sessionIdOf({ database }: TestServer, { userId }: TestMember): Promise<string> {
  const found = await database.query<{ id: string }>("select id from cli_sessions where user_id = $1", [
    userId,
  ]);
  return found.rows[0]!.id;
}

async function anExecution({ database }: TestServer, { namespaceId, workflowId }: Made): Promise<string> {
  const id = newUuid();
  const triggerId = newUuid();
  await database.query(
    `insert into triggers (id, namespace_id, workflow_id, handler_id, provider_type, provider_alias, type, key, input)
     values ($1, $2, $3, 'h', 'builtin', 'default', 'onManual', 'manual', '{}')`,
    [triggerId, namespaceId, workflowId],
  );
  // Completed: nothing runs it, and nothing may change it.
  await database.query(
    `insert into executions (id, namespace_id, workflow_id, trigger_id, origin, mode, state, finished_at, event)
     values ($1, $2, $3, $4, 2, 0, 10, now(), '{"type":"manual"}')`,
    [id, namespaceId, workflowId, triggerId],
  );
  return id;
}

/**
 * A run of this tenant that is under way on another server, and its token: the live one's lease is far ahead, so that
 * nobody takes it up.
 */
export async function aRun(server: TestServer, tenant: Tenant): Promise<HostedRun & { token: string }> {
  const { database } = server;
  const uuid = (kind: IdKind) => parseId(kind, tenant.ids[kind])!;
  const run: HostedRun = {
    id: newUuid(),
    owner: newUuid(),
    epoch: 1,
    namespaceId: uuid("namespace"),
    workflowId: uuid("workflow"),
    deploymentId: newUuid(),
  };
  await database.query("insert into servers (id, lease_until) values ($1, now() + interval '1 hour')", [
    run.owner,
  ]);
  await database.query(
    `insert into executions (id, namespace_id, workflow_id, trigger_id, origin, mode, state, owner, epoch, started_at, event)
     select $1, $2, $3, trigger_id, 2, 0, ${ExecutionState.started}, $4, 1, now(), event from executions where id = $5`,
    [run.id, run.namespaceId, run.workflowId, run.owner, uuid("execution")],
  );
  return { ...run, token: createRunTokens(await keyRingOf(server)).create(run) };
}

/** It is over, as far as the database knows. */
export async function endRun({ database }: TestServer, { id }: HostedRun): Promise<void> {
  await database.query(
    `update executions set state = ${ExecutionState.completed}, owner = null, finished_at = now() where id = $1`,
    [id],
  );
}

async function aDelivery({ database }: TestServer, { namespaceId, workflowId }: Made): Promise<string> {
  const id = newUuid();
  const head = { type: "webhook", method: "POST", path: "/", query: "", params: {}, headers: [] };
  await database.query(
    `insert into deliveries (id, namespace_id, workflow_id, verdict, head, remote_address) values ($1, $2, $3, 2, $4, '')`,
    [id, namespaceId, workflowId, Buffer.from(JSON.stringify(head))],
  );
  return id;
}

/** Its credential opens for nobody: no route may come as far as to try. */
async function aProvider({ database }: TestServer, { namespaceId }: Made): Promise<string> {
  const id = newUuid();
  await database.query(
    `insert into providers (id, namespace_id, type, alias, key, settings, secret_fields, version, key_id, sealed, account, updated_by)
     select $1, $2, 'github', 'default', $3, '{}', '{}', 1, id, '', 'octo', 'owner' from keys where use = 'records'`,
    [id, namespaceId, `prv_${id}`],
  );
  return id;
}

async function aDevSession(server: TestServer, { owner, namespaceId, workflowId }: Made): Promise<string> {
  const opened = await server.client(owner.accessToken).openDevSession({
    params: {
      namespaceId: formatId("namespace", namespaceId),
      workflowId: formatId("workflow", workflowId),
    },
    body: { manifest: emptyManifest, clientId: "test-terminal" },
  });
  return opened.id;
}

async function aBundle({ database }: TestServer, namespaceId: string): Promise<string> {
  const hash = createHash("sha256").update(namespaceId).digest("hex");
  await database.query(
    "insert into bundles (namespace_id, hash, code_bytes, map_bytes) values ($1, $2, 1, 0)",
    [namespaceId, hash],
  );
  return hash;
}
