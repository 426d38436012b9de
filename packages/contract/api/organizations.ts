import * as z from "zod";
import { email } from "./identity.ts";
import { roles } from "./permissions.ts";
import { route } from "./route.ts";
import { id, instant, name, namespaceParams, page, pageQuery } from "./shapes.ts";

const role = z.enum(roles);

export const organization = z.object({ id: id("organization"), name: z.string(), createdAt: instant });

export const namespace = z.object({
  id: id("namespace"),
  organizationId: id("organization"),
  name: z.string(),
});

export const member = z.object({
  userId: id("user"),
  name: z.string(),
  email: z.string(),
  role,
  joinedAt: instant,
});

export const invitation = z.object({
  id: id("invitation"),
  email: z.string(),
  role,
  invitedBy: z.string(),
  createdAt: instant,
  expiresAt: instant,
});

export const apiKey = z.object({
  id: id("apiKey"),
  name: z.string(),
  role,
  createdBy: z.string().optional(),
  createdAt: instant,
  expiresAt: instant.optional(),
});

/** A key as whoever made it sees it, beside those of other organizations. */
export const ownKey = apiKey.extend({ organizationId: id("organization"), organizationName: z.string() });

export const auditEntry = z.object({
  id: id("auditEntry"),
  at: instant,
  actor: z.object({ kind: z.enum(["user", "key", "nobody"]), id: z.string().optional(), name: z.string() }),
  /** The route's name, or the page's. */
  action: z.string(),
  /** Ids of what was acted on, by parameter. Never bodies. */
  subjects: z.record(z.string(), z.string()),
  address: z.string(),
});

const base = "/api/organizations/:organizationId";
const organizationParams = z.object({ organizationId: id("organization") });
const memberParams = organizationParams.extend({ userId: id("user") });
const expiresInDays = z.number().int().min(1).max(3_650);

/** What is set up at the identity provider: single sign-on, directory sync, the organization's own domains. */
export const portalIntents = ["sso", "dsync", "domain_verification"] as const;
export type PortalIntent = (typeof portalIntents)[number];

export const organizationRoutes = {
  getOrganization: route({
    method: "GET",
    path: base,
    summary: "Shows an organization.",
    permission: "organization.read",
    params: organizationParams,
    reply: organization.extend({
      /** The identity provider has it too, with a page where its owners set up how people sign in. */
      hasIdentityPortal: z.boolean(),
    }),
  }),
  listMembers: route({
    method: "GET",
    path: `${base}/members`,
    summary: "Lists the people of an organization.",
    permission: "members.read",
    params: organizationParams,
    reply: z.object({ items: z.array(member) }),
  }),
  changeMemberRole: route({
    method: "PATCH",
    path: `${base}/members/:userId`,
    summary: "Gives a member another role; nobody gives one above their own, and the last owner stays.",
    permission: "members.manage",
    params: memberParams,
    body: z.strictObject({ role }),
    reply: member,
    errors: ["STATE_CONFLICT"],
  }),
  removeMember: route({
    method: "DELETE",
    path: `${base}/members/:userId`,
    summary: "Removes a member; keys they made end with it. The last owner stays.",
    permission: "members.manage",
    params: memberParams,
    status: 204,
    errors: ["STATE_CONFLICT"],
  }),
  listInvitations: route({
    method: "GET",
    path: `${base}/invitations`,
    summary: "Lists the invitations that can still be accepted.",
    permission: "members.manage",
    params: organizationParams,
    reply: z.object({ items: z.array(invitation) }),
  }),
  createInvitation: route({
    method: "POST",
    path: `${base}/invitations`,
    summary: "Invites somebody: the link is in this reply only, is good once and for 7 days.",
    permission: "members.manage",
    feature: "invitations",
    params: organizationParams,
    body: z.strictObject({ email, role }),
    status: 201,
    reply: invitation.extend({ url: z.string() }),
    errors: ["STATE_CONFLICT"],
  }),
  revokeInvitation: route({
    method: "DELETE",
    path: `${base}/invitations/:invitationId`,
    summary: "Takes an invitation back.",
    permission: "members.manage",
    params: organizationParams.extend({ invitationId: id("invitation") }),
    status: 204,
  }),
  listApiKeys: route({
    method: "GET",
    path: `${base}/keys`,
    summary: "Lists the keys of service accounts.",
    permission: "keys.manage",
    params: organizationParams,
    reply: z.object({ items: z.array(apiKey) }),
  }),
  createApiKey: route({
    method: "POST",
    path: `${base}/keys`,
    summary: "Makes a service account's key, shown in this reply only.",
    permission: "keys.manage",
    params: organizationParams,
    body: z.strictObject({ name, role, expiresInDays: expiresInDays.optional() }),
    status: 201,
    reply: apiKey.extend({ key: z.string() }),
  }),
  revokeApiKey: route({
    method: "DELETE",
    path: `${base}/keys/:keyId`,
    summary: "Ends a key; what uses it is refused from then on.",
    permission: "keys.manage",
    params: organizationParams.extend({ keyId: id("apiKey") }),
    status: 204,
  }),
  listMyKeys: route({
    method: "GET",
    path: "/api/me/keys",
    summary: "Lists the keys that you made, of every organization.",
    permission: "signed-in",
    reply: z.object({ items: z.array(ownKey) }),
  }),
  revokeMyKey: route({
    method: "DELETE",
    path: "/api/me/keys/:keyId",
    summary: "Ends a key that you made, whatever your role is by now.",
    permission: "signed-in",
    params: z.object({ keyId: id("apiKey") }),
    status: 204,
  }),
  listNamespaces: route({
    method: "GET",
    path: `${base}/namespaces`,
    summary: "Lists the namespaces of an organization.",
    permission: "namespace.read",
    params: organizationParams,
    reply: z.object({ items: z.array(namespace) }),
  }),
  createNamespace: route({
    method: "POST",
    path: `${base}/namespaces`,
    summary: "Creates a namespace: data and deployments apart from those of the others.",
    permission: "namespace.manage",
    params: organizationParams,
    body: z.strictObject({ name }),
    status: 201,
    reply: namespace,
    errors: ["NAME_TAKEN"],
  }),
  renameNamespace: route({
    method: "PATCH",
    path: "/api/namespaces/:namespaceId",
    summary: "Gives a namespace another name; its id and URLs stay.",
    permission: "namespace.manage",
    params: namespaceParams,
    body: z.strictObject({ name }),
    reply: namespace,
    errors: ["NAME_TAKEN"],
  }),
  deleteNamespace: route({
    method: "DELETE",
    path: "/api/namespaces/:namespaceId",
    summary:
      "Deletes a namespace that never held a workflow; the record of what ran is not deleted with a name.",
    permission: "namespace.manage",
    params: namespaceParams,
    status: 204,
    errors: ["STATE_CONFLICT"],
  }),
  openIdentityPortal: route({
    method: "POST",
    path: `${base}/identity-portal`,
    summary:
      "Opens the identity provider's own page where an owner sets up sign-in, directory or domains; the address is good once.",
    permission: "organization.manage",
    params: organizationParams,
    body: z.strictObject({ intent: z.enum(portalIntents) }),
    reply: z.object({ url: z.url() }),
    errors: ["IDENTITY_UNAVAILABLE"],
  }),
  listAudit: route({
    method: "GET",
    path: `${base}/audit`,
    summary: "Lists who changed what, newest first.",
    permission: "organization.manage",
    params: organizationParams,
    query: z.object(pageQuery),
    reply: page(auditEntry),
  }),
};
