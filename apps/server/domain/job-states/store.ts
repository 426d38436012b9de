import type { Queryable } from "../../platform/db/database.ts";

/** The row of a job that whichever server does. */
export const ANY_SERVER = "00000000-0000-0000-0000-000000000000";

/** What came of a job since it was last written. */
export interface JobNews {
  succeededAt: Date | undefined;
  failedAt: Date | undefined;
  failure: string | undefined;
  /** After the last success, if there was one. */
  failures: number;
}

export async function writeJobNews(
  database: Queryable,
  { name, serverId }: { name: string; serverId: string },
  { succeededAt, failedAt, failure, failures }: JobNews,
): Promise<void> {
  await database.query(
    `insert into job_states as kept (name, server_id, succeeded_at, failed_at, failure, failures)
     values ($1, $2, $3, $4, $5, $6)
     on conflict (name, server_id) do update set
       succeeded_at = coalesce(excluded.succeeded_at, kept.succeeded_at),
       failed_at = coalesce(excluded.failed_at, kept.failed_at),
       failure = coalesce(excluded.failure, kept.failure),
       failures = excluded.failures + case when excluded.succeeded_at is null then kept.failures else 0 end`,
    [name, serverId, succeededAt, failedAt, failure, failures],
  );
}

/** Servers that are gone fail no more. */
export async function forgetJobsOfDeadServers(database: Queryable): Promise<void> {
  await database.query(
    "delete from job_states where server_id <> $1 and server_id not in (select id from servers)",
    [ANY_SERVER],
  );
}

export interface JobState {
  name: string;
  succeededAt: Date | null;
  failedAt: Date | null;
  failure: string | null;
  failures: number;
}

/** Over all servers that live: of several that do the same job the failing one counts. */
export async function listJobStates(database: Queryable): Promise<JobState[]> {
  const found = await database.query<JobState>(
    `select name, max(succeeded_at) as "succeededAt", max(failed_at) as "failedAt", sum(failures)::integer as failures,
       (array_agg(failure order by failures > 0 desc, failed_at desc nulls last))[1] as failure
     from job_states where server_id = $1 or server_id in (select id from servers where lease_until > now())
     group by name order by sum(failures) > 0 desc, name`,
    [ANY_SERVER],
  );
  return found.rows;
}
