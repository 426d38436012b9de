import { changePerson, listPeople } from "../../domain/administration/people.ts";
import {
  countActiveDeployments,
  readRegistryUsage,
  readServers,
} from "../../domain/administration/server-state.ts";
import {
  createTenant,
  listAllNamespaces,
  listAllOrganizations,
} from "../../domain/administration/tenants.ts";
import { listAllAudit } from "../../domain/audit/store.ts";
import { listJobStates } from "../../domain/job-states/store.ts";
import { listSwitches, setSwitch } from "../../domain/switches/store.ts";
import server from "../../package.json" with { type: "json" };
import { readCursor, toPage } from "../page.ts";
import {
  presentAdminNamespace,
  presentAdminOrganization,
  presentAdminServer,
  presentAdminUser,
  presentJob,
  presentSwitch,
} from "../present-administration.ts";
import { presentAuditEntry } from "../present-organization.ts";
import { type RouteHandlers, uuidOf } from "../route-handler.ts";

type Handled = Extract<keyof RouteHandlers, `admin${string}`>;

export const adminHandlers: Pick<RouteHandlers, Handled> = {
  adminListUsers: async ({ query: { limit, cursor, search } }, { context }) => {
    const beforeId = readCursor("user", cursor);
    const rows = await listPeople(context.database, { beforeId, limit: limit + 1, search });
    return toPage("user", rows, { limit, present: presentAdminUser });
  },

  adminUpdateUser: async ({ params, body }, { context, principal, audit }) => {
    const userId = uuidOf("user", params.userId);
    const { isAdministrator, isBlocked } = body;
    const change = { userId, byUserId: principal.id, isAdministrator, isBlocked };
    const { person, cutOff } = await changePerson(context.database, change);
    audit.subjects = wordsOf({ isAdministrator, isBlocked });
    // Now, and not when their token is over; a broker that is away does not undo what was decided.
    for (const subject of cutOff) await context.realtime.disconnect(subject).catch(context.report);
    return presentAdminUser(person);
  },

  adminListOrganizations: async ({ query: { limit, cursor, search } }, { context }) => {
    const beforeId = readCursor("organization", cursor);
    const rows = await listAllOrganizations(context.database, { beforeId, limit: limit + 1, search });
    return toPage("organization", rows, { limit, present: presentAdminOrganization });
  },

  adminCreateOrganization: async ({ body }, { context, principal, audit }) => {
    const { organization, token } = await createTenant(context.database, {
      ...body,
      invitedBy: principal.name,
      offered: context.driver.offered,
    });
    audit.organizationId = organization.id;
    const url = new URL("/invite", context.publicUrl());
    url.searchParams.set("token", token);
    return { ...presentAdminOrganization(organization), invitationUrl: url.href };
  },

  adminListNamespaces: async ({ query: { limit, cursor, search } }, { context }) => {
    const beforeId = readCursor("namespace", cursor);
    const rows = await listAllNamespaces(context.database, { beforeId, limit: limit + 1, search });
    return toPage("namespace", rows, { limit, present: presentAdminNamespace });
  },

  adminGetState: async (_, { context: { database, driver } }) => {
    const [{ servers, queue }, active, registry, jobs] = await Promise.all([
      readServers(database),
      countActiveDeployments(database),
      readRegistryUsage(database),
      listJobStates(database),
    ]);
    const { oldestReadyMs, ...depth } = queue;
    return {
      version: server.version,
      servers: servers.map(presentAdminServer),
      runtimes: driver.offered.map((one) => ({ ...one, deployments: active.get(one.driver) ?? 0 })),
      queue: { ...depth, ...(oldestReadyMs === undefined ? {} : { oldestReadyMs }) },
      registry,
      jobs: jobs.map(presentJob),
    };
  },

  adminListSwitches: async (_, { context }) => {
    const switches = await listSwitches(context.database);
    return { items: switches.map(presentSwitch) };
  },

  adminSetSwitch: async ({ params: { switchName: name }, body }, { context, principal, audit }) => {
    const { isOn, reason } = body;
    const set = await setSwitch(context.database, { name, isOn, reason, changedBy: principal.name });
    // The others hear of it; whoever asked this server next finds it done.
    await context.switches.refresh();
    if (name === "devSessions" && !isOn) await context.devSessions.endAll();
    audit.subjects = wordsOf({ isOn });
    return presentSwitch(set);
  },

  adminListAudit: async ({ query: { limit, cursor } }, { context }) => {
    const beforeId = readCursor("auditEntry", cursor);
    const rows = await listAllAudit(context.database, { beforeId, limit: limit + 1 });
    return toPage("auditEntry", rows, { limit, present: presentAuditEntry });
  },
};

/** What was set, for the audit log. */
function wordsOf(set: Record<string, boolean | undefined>): Record<string, string> {
  const said = Object.entries(set).filter(([, value]) => value !== undefined);
  return Object.fromEntries(said.map(([name, value]) => [name, String(value)]));
}
