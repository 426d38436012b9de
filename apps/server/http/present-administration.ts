import type {
  adminJob,
  adminNamespace,
  adminOrganization,
  adminServer,
  adminUser,
  featureSwitch,
} from "@floww/contract/api";
import { formatId } from "@floww/contract/ids";
import type { z } from "zod";
import type { AdminPerson } from "../domain/administration/people.ts";
import type { AdminServer } from "../domain/administration/server-state.ts";
import type { AdminNamespace, AdminOrganization } from "../domain/administration/tenants.ts";
import type { JobState } from "../domain/job-states/store.ts";
import type { FeatureSwitch } from "../domain/switches/store.ts";

export function presentAdminUser(row: AdminPerson): z.input<typeof adminUser> {
  return {
    id: formatId("user", row.id),
    name: row.name,
    email: row.email,
    createdAt: row.createdAt.toISOString(),
    isAdministrator: row.isAdministrator,
    ...instants({ blockedAt: row.blockedAt, lastSeenAt: row.lastSeenAt }),
    organizations: row.organizations.map(({ id, name, role }) => ({
      id: formatId("organization", id),
      name,
      role,
    })),
  };
}

export function presentAdminOrganization(row: AdminOrganization): z.input<typeof adminOrganization> {
  const { id, name, createdAt, members, namespaces } = row;
  return {
    id: formatId("organization", id),
    name,
    createdAt: createdAt.toISOString(),
    members,
    namespaces,
  };
}

export function presentAdminNamespace(row: AdminNamespace): z.input<typeof adminNamespace> {
  const { id, organizationId, ...rest } = row;
  return {
    ...rest,
    id: formatId("namespace", id),
    organizationId: formatId("organization", organizationId),
  };
}

export function presentAdminServer(row: AdminServer): z.input<typeof adminServer> {
  const { id, startedAt, leaseUntil, isAlive, running, unknownWebhooks } = row;
  const times = { startedAt: startedAt.toISOString(), leaseUntil: leaseUntil.toISOString() };
  return { id: formatId("server", id), ...times, isAlive, running, unknownWebhooks };
}

export function presentJob(row: JobState): z.input<typeof adminJob> {
  const { name, succeededAt, failedAt, failure, failures } = row;
  return {
    name,
    ...instants({ succeededAt, failedAt }),
    ...(failure === null ? {} : { failure }),
    failures,
  };
}

export function presentSwitch(row: FeatureSwitch): z.input<typeof featureSwitch> {
  const { name, isOn, reason, changedAt, changedBy } = row;
  return {
    name,
    isOn,
    ...(reason === null ? {} : { reason }),
    ...instants({ changedAt }),
    ...(changedBy === null ? {} : { changedBy }),
  };
}

/** Those that there are. */
function instants<Name extends string>(times: Record<Name, Date | null>): { [Key in Name]?: string } {
  const known = Object.entries<Date | null>(times).flatMap(([name, at]) =>
    at === null ? [] : [[name, at.toISOString()]],
  );
  return Object.fromEntries(known) as { [Key in Name]?: string };
}
