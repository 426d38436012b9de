import { FlowwError } from "@floww/contract/errors";
import { formatId } from "@floww/contract/ids";
import { listAudit } from "../../domain/audit/store.ts";
import {
  createApiKey,
  findApiKeyRole,
  listApiKeys,
  listKeysMadeBy,
  revokeApiKey,
  revokeOwnKey,
} from "../../domain/identity/api-keys.ts";
import { createNamespace, renameNamespace } from "../../domain/namespaces/name-namespace.ts";
import { deleteNamespace, listNamespaces } from "../../domain/namespaces/store.ts";
import {
  createInvitation,
  listInvitations,
  revokeInvitation,
} from "../../domain/organizations/invitations.ts";
import {
  changeMemberRole,
  listMembers,
  refuseAbove,
  removeMember,
} from "../../domain/organizations/memberships.ts";
import { listOrganizations } from "../../domain/organizations/store.ts";
import { readCursor, toPage } from "../page.ts";
import {
  presentApiKey,
  presentAuditEntry,
  presentInvitation,
  presentMember,
  presentNamespace,
} from "../present-organization.ts";
import { type RouteCall, type RouteHandlers, requireUser, uuidOf } from "../route-handler.ts";

type Handled =
  | "getOrganization"
  | "listMembers"
  | "changeMemberRole"
  | "removeMember"
  | "listInvitations"
  | "createInvitation"
  | "revokeInvitation"
  | "listApiKeys"
  | "createApiKey"
  | "revokeApiKey"
  | "listMyKeys"
  | "revokeMyKey"
  | "listNamespaces"
  | "createNamespace"
  | "renameNamespace"
  | "deleteNamespace"
  | "openIdentityPortal"
  | "listAudit";

export const organizationHandlers: Pick<RouteHandlers, Handled> = {
  getOrganization: async (_, { context, membership }) => {
    const [found] = await listOrganizations(context.database, [membership.organizationId]);
    if (found === undefined) throw new FlowwError("NOT_FOUND", "The organization is gone.");
    return {
      id: formatId("organization", found.id),
      name: found.name,
      createdAt: found.createdAt.toISOString(),
      hasIdentityPortal: (await context.outsideMembers?.hasPortal(membership.organizationId)) ?? false,
    };
  },

  listMembers: async (_, { context, membership }) => {
    const members = await listMembers(context.database, membership.organizationId);
    return { items: members.map(presentMember) };
  },

  changeMemberRole: async ({ params, body }, call) => {
    const change = { ...memberChange(params.userId, call), role: body.role };
    await call.context.outsideMembers?.refuseManaged(change.organizationId, change.userId);
    return presentMember(await changeMemberRole(call.context.database, change));
  },

  removeMember: async ({ params }, call) => {
    const change = memberChange(params.userId, call);
    await call.context.outsideMembers?.refuseManaged(change.organizationId, change.userId);
    await removeMember(call.context.database, change);
    await endRealtime(call, `user:${uuidOf("user", params.userId)}`);
  },

  openIdentityPortal: async ({ body }, { context, membership }) => {
    if (context.outsideMembers === undefined)
      throw new FlowwError("NOT_FOUND", "This server has no identity provider with a page of its own.", {
        fix: "It has one where people sign in by WorkOS.",
      });
    const { organizationId } = membership;
    const returnTo = context.publicUrl();
    const url = await context.outsideMembers.portalLink({ organizationId, ...body, returnTo });
    return { url: url.href };
  },

  listInvitations: async (_, { context, membership }) => {
    const invitations = await listInvitations(context.database, membership.organizationId);
    return { items: invitations.map(presentInvitation) };
  },

  createInvitation: async ({ body }, { context, membership, principal }) => {
    refuseAbove(body.role, membership.role);
    const { token, row } = await createInvitation(context.database, {
      organizationId: membership.organizationId,
      ...body,
      invitedBy: principal.name,
    });
    const url = new URL("/invite", context.publicUrl());
    url.searchParams.set("token", token);
    return { ...presentInvitation(row), url: url.href };
  },

  revokeInvitation: async ({ params }, { context, membership }) => {
    const id = uuidOf("invitation", params.invitationId);
    if (await revokeInvitation(context.database, membership.organizationId, id)) return;
    throw new FlowwError("NOT_FOUND", "There is no such invitation in force.");
  },

  listApiKeys: async (_, { context, membership }) => {
    const keys = await listApiKeys(context.database, membership.organizationId);
    return { items: keys.map(presentApiKey) };
  },

  createApiKey: async ({ body }, { context, membership, principal }) => {
    refuseAbove(body.role, membership.role);
    const { key, row } = await createApiKey(context.database, {
      organizationId: membership.organizationId,
      name: body.name,
      role: body.role,
      ...(body.expiresInDays === undefined ? {} : { expiresInDays: body.expiresInDays }),
      ...(principal.kind === "user" ? { createdBy: principal.id } : { madeWithKey: principal.id }),
    });
    return { ...presentApiKey(row), key };
  },

  revokeApiKey: async ({ params }, { context, membership }) => {
    const id = uuidOf("apiKey", params.keyId);
    const role = await findApiKeyRole(context.database, membership.organizationId, id);
    if (role === undefined) throw new FlowwError("NOT_FOUND", "There is no such key in force.");
    refuseAbove(role, membership.role);
    await revokeApiKey(context.database, membership.organizationId, id);
    await endRealtime({ context }, `key:${id}`);
  },

  listMyKeys: async (_, call) => {
    const { id } = requireUser(call);
    const { database } = call.context;
    const keys = await listKeysMadeBy(database, id);
    const ids = [...new Set(keys.map(({ organizationId }) => organizationId))];
    const names = new Map((await listOrganizations(database, ids)).map((one) => [one.id, one.name]));
    return {
      items: keys.map((key) => ({
        ...presentApiKey(key),
        organizationId: formatId("organization", key.organizationId),
        organizationName: names.get(key.organizationId) ?? "",
      })),
    };
  },

  revokeMyKey: async ({ params }, call) => {
    const { id } = requireUser(call);
    const keyId = uuidOf("apiKey", params.keyId);
    const organizationId = await revokeOwnKey(call.context.database, id, keyId);
    if (organizationId === undefined) throw new FlowwError("NOT_FOUND", "You made no such key in force.");
    call.audit.organizationId = organizationId;
    await endRealtime(call, `key:${keyId}`);
  },

  listNamespaces: async (_, { context, membership }) => {
    const namespaces = await listNamespaces(context.database, [membership.organizationId]);
    return { items: namespaces.map(presentNamespace) };
  },

  createNamespace: async ({ body }, { context, membership }) => {
    const { organizationId } = membership;
    return presentNamespace(await createNamespace(context.database, { organizationId, name: body.name }));
  },

  renameNamespace: async ({ body }, { context, namespace }) => {
    await renameNamespace(context.database, namespace.id, body.name);
    return presentNamespace({ ...namespace, name: body.name });
  },

  deleteNamespace: async (_, { context, namespace }) => {
    if (await deleteNamespace(context.database, namespace.id)) return;
    throw new FlowwError("STATE_CONFLICT", `The namespace "${namespace.name}" is not empty.`, {
      fix: "Delete its providers, secrets, KV entries and images first. One that ever held a workflow stays, for what ran in it stays readable: delete its workflows instead.",
    });
  },

  listAudit: async ({ query }, { context, membership }) => {
    const { organizationId } = membership;
    const beforeId = readCursor("auditEntry", query.cursor);
    const rows = await listAudit(context.database, { organizationId, beforeId, limit: query.limit + 1 });
    return toPage("auditEntry", rows, { limit: query.limit, present: presentAuditEntry });
  },
};

function memberChange(userId: string, { membership }: RouteCall) {
  const { organizationId, role } = membership;
  return { organizationId, userId: uuidOf("user", userId), actorRole: role };
}

/** Now, and not when its token is over; a broker that is away does not undo what was decided. */
async function endRealtime({ context }: Pick<RouteCall, "context">, subject: string): Promise<void> {
  await context.realtime.disconnect(subject).catch(context.report);
}
