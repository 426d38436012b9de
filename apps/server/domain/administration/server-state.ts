import type { DriverName } from "@floww/contract/api";
import type { Queryable } from "../../platform/db/database.ts";
import { ExecutionOrigin, ExecutionState } from "../executions/states.ts";

export interface AdminServer {
  id: string;
  startedAt: Date;
  leaseUntil: Date;
  isAlive: boolean;
  running: number;
  unknownWebhooks: number;
}

export interface QueueDepth {
  ready: number;
  waiting: number;
  running: number;
  oldestReadyMs: number | undefined;
}

interface Counted {
  owner: string | null;
  state: number;
  isLaptops: boolean;
  count: number;
  oldestMs: number;
}

/** All servers whose lease was not forgotten yet, and what there is to do: one look at what has not ended, by its partial index. */
export async function readServers(
  database: Queryable,
): Promise<{ servers: AdminServer[]; queue: QueueDepth }> {
  const counted = await database.query<Counted>(
    `select case when state = ${ExecutionState.started} then owner end as owner, state,
       origin = ${ExecutionOrigin.dev} as "isLaptops", count(*)::integer as count,
       greatest(0, extract(epoch from clock_timestamp() - min(created_at)) * 1000)::float8 as "oldestMs"
     from executions where state < ${ExecutionState.completed} group by 1, 2, 3`,
  );
  const found = await database.query<Omit<AdminServer, "running">>(
    `select id, started_at as "startedAt", lease_until as "leaseUntil", lease_until > now() as "isAlive",
       unknown_webhooks::float8 as "unknownWebhooks"
     from servers order by started_at, id`,
  );
  const servers = found.rows.map((server) => ({
    ...server,
    running: sumOf(counted.rows.filter(({ owner }) => owner === server.id)),
  }));
  return { servers, queue: depthOf(counted.rows) };
}

function depthOf(counted: readonly Counted[]): QueueDepth {
  // What waits for a laptop is no server's to start.
  const ready = counted.filter(({ state, isLaptops }) => state === ExecutionState.received && !isLaptops);
  const running = counted.filter(({ state }) => state === ExecutionState.started);
  const waiting = counted.filter((one) => !ready.includes(one) && !running.includes(one));
  return {
    ready: sumOf(ready),
    waiting: sumOf(waiting),
    running: sumOf(running),
    oldestReadyMs: ready.length === 0 ? undefined : Math.round(Math.max(...ready.map((one) => one.oldestMs))),
  };
}

function sumOf(counted: readonly Counted[]): number {
  return counted.reduce((sum, { count }) => sum + count, 0);
}

/** Versions that run now, by where they do. */
export async function countActiveDeployments(database: Queryable): Promise<Map<DriverName, number>> {
  const found = await database.query<{ driver: DriverName; count: number }>(
    `select runtime as driver, count(*)::integer as count
     from workflows join deployments on deployments.id = active_deployment_id
     where deleted_at is null group by 1`,
  );
  return new Map(found.rows.map(({ driver, count }) => [driver, count]));
}

export async function readRegistryUsage(
  database: Queryable,
): Promise<{ bytes: number; repositories: number }> {
  const found = await database.query<{ bytes: string; repositories: number }>(
    `select ((select coalesce(sum(bytes), 0) from registry_blobs where not is_being_removed)
         + (select coalesce(sum(bytes), 0) from registry_manifests))::bigint as bytes,
       (select count(*) from registry_repositories)::integer as repositories`,
  );
  const { bytes, repositories } = found.rows[0]!;
  return { bytes: Number(bytes), repositories };
}
