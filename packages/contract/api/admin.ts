import * as z from "zod";
import { email } from "./identity.ts";
import { auditEntry } from "./organizations.ts";
import { route } from "./route.ts";
import { driverNames } from "./runtimes.ts";
import { id, instant, page, pageQuery } from "./shapes.ts";
import { switchNames } from "./switches.ts";

export const featureSwitch = z.object({
  name: z.enum(switchNames),
  isOn: z.boolean(),
  /** Shown to whoever meets it while it is off. */
  reason: z.string().optional(),
  changedAt: instant.optional(),
  changedBy: z.string().optional(),
});

export const adminUser = z.object({
  id: id("user"),
  name: z.string(),
  email: z.string(),
  createdAt: instant,
  isAdministrator: z.boolean(),
  /** Signed out everywhere, and not let in again. */
  blockedAt: instant.optional(),
  lastSeenAt: instant.optional(),
  organizations: z.array(z.object({ id: id("organization"), name: z.string(), role: z.string() })),
});

export const adminOrganization = z.object({
  id: id("organization"),
  name: z.string(),
  createdAt: instant,
  members: z.number().int(),
  namespaces: z.number().int(),
});

export const adminNamespace = z.object({
  id: id("namespace"),
  name: z.string(),
  organizationId: id("organization"),
  organizationName: z.string(),
  workflows: z.number().int(),
  /** Of deliveries, executions and logs, as retention counts them. */
  ledgerBytes: z.number().int(),
  registryBytes: z.number().int(),
  /** Executions that have not finished. */
  unfinished: z.number().int(),
});

export const adminServer = z.object({
  id: id("server"),
  startedAt: instant,
  leaseUntil: instant,
  isAlive: z.boolean(),
  /** Executions that it has in hand. */
  running: z.number().int(),
  /** Webhook requests since its start whose key nobody has, seconds ago at most. */
  unknownWebhooks: z.number().int(),
});

export const adminRuntime = z.object({
  driver: z.enum(driverNames),
  isolation: z.string(),
  /** Active versions that run in it. */
  deployments: z.number().int(),
});

/** One kind of the server's own work, by the clock. */
export const adminJob = z.object({
  name: z.string(),
  /** When it last came to its end. */
  succeededAt: instant.optional(),
  failedAt: instant.optional(),
  /** Of the last failure; its first line. */
  failure: z.string().optional(),
  /** Since it last came to its end. */
  failures: z.number().int(),
});

const base = "/api/admin";
const search = z.string().trim().max(200).optional();

/** For those who run the server: every route needs an administrator, whatever their role in an organization. */
export const adminRoutes = {
  adminListUsers: route({
    method: "GET",
    path: `${base}/users`,
    summary: "Lists everybody with an account, newest first.",
    permission: "administrator",
    query: z.object({ ...pageQuery, search }),
    reply: page(adminUser),
  }),
  adminUpdateUser: route({
    method: "PATCH",
    path: `${base}/users/:userId`,
    summary:
      "Makes somebody an administrator or takes it back, blocks them or lets them in again; the last administrator stays.",
    permission: "administrator",
    params: z.object({ userId: id("user") }),
    body: z.strictObject({ isAdministrator: z.boolean().optional(), isBlocked: z.boolean().optional() }),
    reply: adminUser,
    errors: ["STATE_CONFLICT"],
  }),
  adminListOrganizations: route({
    method: "GET",
    path: `${base}/organizations`,
    summary: "Lists the organizations, newest first.",
    permission: "administrator",
    query: z.object({ ...pageQuery, search }),
    reply: page(adminOrganization),
  }),
  adminCreateOrganization: route({
    method: "POST",
    path: `${base}/organizations`,
    summary:
      "Makes an organization with a namespace of its own and invites its first owner; refused where tenants share a process boundary that is no wall.",
    permission: "administrator",
    feature: "invitations",
    body: z.strictObject({ name: z.string().trim().min(1).max(100), ownerEmail: email }),
    status: 201,
    reply: adminOrganization.extend({ invitationUrl: z.string() }),
    errors: ["STATE_CONFLICT"],
  }),
  adminListNamespaces: route({
    method: "GET",
    path: `${base}/namespaces`,
    summary: "Lists the namespaces of all organizations, newest first, with what they hold.",
    permission: "administrator",
    query: z.object({ ...pageQuery, search }),
    reply: page(adminNamespace),
  }),
  adminGetState: route({
    method: "GET",
    path: `${base}/state`,
    summary: "Shows servers, runtimes, queues and the server's own jobs.",
    permission: "administrator",
    reply: z.object({
      version: z.string(),
      servers: z.array(adminServer),
      runtimes: z.array(adminRuntime),
      /** Executions by what keeps them: ready to be started, waiting for a time or an event, under way. */
      queue: z.object({
        ready: z.number().int(),
        waiting: z.number().int(),
        running: z.number().int(),
        /** Since the oldest ready one was received. */
        oldestReadyMs: z.number().int().optional(),
      }),
      registry: z.object({ bytes: z.number().int(), repositories: z.number().int() }),
      jobs: z.array(adminJob),
    }),
  }),
  adminListSwitches: route({
    method: "GET",
    path: `${base}/switches`,
    summary: "Lists what can be turned off for the whole server.",
    permission: "administrator",
    reply: z.object({ items: z.array(featureSwitch) }),
  }),
  adminSetSwitch: route({
    method: "PUT",
    path: `${base}/switches/:switchName`,
    summary: "Turns something off or on for the whole server; every server follows within a second.",
    permission: "administrator",
    params: z.object({ switchName: z.enum(switchNames) }),
    body: z.strictObject({ isOn: z.boolean(), reason: z.string().trim().max(300).optional() }),
    reply: featureSwitch,
  }),
  adminListAudit: route({
    method: "GET",
    path: `${base}/audit`,
    summary: "Lists who changed what on the whole server, newest first.",
    permission: "administrator",
    query: z.object(pageQuery),
    reply: page(auditEntry),
  }),
};
