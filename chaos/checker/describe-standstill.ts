import type { ChaosSystem } from "../system/chaos-system.ts";

const QUERIES = {
  runs: `select owner, state, mode, epoch, attempt, count(*)::integer, min(started_at) as since, now()
    from executions where finished_at is null group by owner, state, mode, epoch, attempt order by count desc limit 20`,
  servers: "select id, lease_until, now() from servers",
  sessions: `select pid, state, wait_event, now() - query_start as since, left(query, 120) as query
    from pg_stat_activity where datname = current_database() and state <> 'idle'`,
};

/** For whoever must find out why: who has what does not end, what the database waits for, and the servers' last lines. */
export async function describeStandstill({ postgres, servers }: ChaosSystem): Promise<string> {
  const found = Object.entries(QUERIES).map(async ([name, sql]) => {
    const { rows } = await postgres.query(sql);
    return `${name}:\n${rows.map((row) => `  ${JSON.stringify(row)}`).join("\n")}`;
  });
  const logs = servers.map(async (server) => `${server.url} says:\n${await server.logTail()}`);
  return (await Promise.all([...found, ...logs])).join("\n");
}
