import type { Queryable } from "../../../platform/db/database.ts";
import type { Metered } from "./read-controls.ts";

/**
 * Counts an event in its window, which opens with the first one. Undefined when there was room, else how long until there
 * is. By the database's clock, for all servers.
 */
export async function countWithin(
  database: Queryable,
  { key, limit, periodMs }: Metered,
): Promise<number | undefined> {
  const period = "$2 * interval '1 millisecond'";
  const counted = await database.query<{ refusedForMs: number | null }>(
    `with counted as (
       insert into flow_meters as m (key, since, count, idle_at) values ($1, now(), 1, now() + ${period})
       on conflict (key) do update set
         since = case when m.since + ${period} <= now() then now() else m.since end,
         count = case when m.since + ${period} <= now() then 1 else m.count + 1 end,
         idle_at = greatest(m.idle_at, now() + ${period})
       where m.since + ${period} <= now() or m.count < $3
       returning 1)
     select case when not exists (select from counted) then (
       select extract(epoch from since + ${period} - now())::float8 * 1000 from flow_meters where key = $1) end as "refusedForMs"`,
    [key, periodMs, limit],
  );
  const refusedForMs = counted.rows[0]?.refusedForMs;
  return refusedForMs === null || refusedForMs === undefined ? undefined : Math.max(0, refusedForMs);
}

/** Takes the next of the places that a throttle spreads over its period; resolves with how long it is until then. */
export async function takePlace(database: Queryable, { key, limit, periodMs }: Metered): Promise<number> {
  const step = "($2::float8 / $3) * interval '1 millisecond'";
  const taken = await database.query<{ inMs: number }>(
    `insert into flow_meters as m (key, since, count, idle_at) values ($1, now() + ${step}, 1, now() + ${step})
     on conflict (key) do update set since = greatest(m.since, now()) + ${step}, idle_at = greatest(m.since, now()) + ${step}
     returning extract(epoch from since - ${step} - now())::float8 * 1000 as "inMs"`,
    [key, periodMs, limit],
  );
  return Math.max(0, Math.round(taken.rows[0]!.inMs));
}

/** Meters and debounces that would say nothing if asked. */
export async function forgetIdle(database: Queryable, batch: number): Promise<void> {
  for (const table of ["flow_meters", "flow_debounces"])
    await database.query(
      `delete from ${table} where ctid in (select ctid from ${table} where idle_at < now() limit $1 for update skip locked)`,
      [batch],
    );
}
