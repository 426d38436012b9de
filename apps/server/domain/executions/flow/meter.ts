import type { Queryable } from "../../../platform/db/database.ts";
import type { Metered } from "./read-controls.ts";

/** What tells an event's copies from others, at its trigger. */
export interface CopyKey {
  triggerId: string;
  key: Uint8Array;
  /** Within it a copy is one. */
  windowMs: number;
}

/** Of an event that is a copy: it takes nothing. */
export const SEEN = "seen";

/** Asked in the statement that counts: an event that is none pays no round trip for it. Copies that come at once are not seen. */
function seenSince(first: number): string {
  return `select from delivery_keys where trigger_id = $${first}::uuid and key = $${first + 1}::bytea
    and created_at >= now() - $${first + 2}::float8 * interval '1 millisecond'`;
}

function seenValues(copyKey: CopyKey | undefined): unknown[] {
  return [copyKey?.triggerId, copyKey?.key, copyKey?.windowMs];
}

/**
 * Counts an event in its window, which opens with the first one. Undefined when there was room, else how long until there
 * is. By the database's clock, for all servers.
 */
export async function countWithin(
  database: Queryable,
  { key, limit, periodMs }: Metered,
  copyKey?: CopyKey,
): Promise<number | typeof SEEN | undefined> {
  const period = "$2::float8 * interval '1 millisecond'";
  const counted = await database.query<{ isSeen: boolean; isCounted: boolean; refusedForMs: number | null }>(
    `with seen as (${seenSince(4)}), counted as (
       insert into flow_meters as m (key, since, count, idle_at)
       select $1::bytea, now(), 1, now() + ${period} where not exists (select from seen)
       on conflict (key) do update set
         since = case when m.since + ${period} <= now() then now() else m.since end,
         count = case when m.since + ${period} <= now() then 1 else m.count + 1 end,
         idle_at = greatest(m.idle_at, now() + ${period})
       where m.since + ${period} <= now() or m.count < $3
       returning 1)
     select exists (select from seen) as "isSeen", exists (select from counted) as "isCounted", case when not exists (select from counted) then (
       select extract(epoch from since + ${period} - now())::float8 * 1000 from flow_meters where key = $1) end as "refusedForMs"`,
    [key, periodMs, limit, ...seenValues(copyKey)],
  );
  const { isSeen, isCounted, refusedForMs } = counted.rows[0]!;
  if (isSeen) return SEEN;
  // The window that refused it may have been opened too late for this statement to see how old it is.
  return isCounted ? undefined : Math.max(0, refusedForMs ?? periodMs);
}

/** Takes the next of the places that a throttle spreads over its period; resolves with how long it is until then. */
export async function takePlace(
  database: Queryable,
  { key, limit, periodMs }: Metered,
  copyKey?: CopyKey,
): Promise<number | typeof SEEN> {
  const step = "($2::float8 / $3) * interval '1 millisecond'";
  const taken = await database.query<{ inMs: number }>(
    `insert into flow_meters as m (key, since, count, idle_at)
     select $1::bytea, now() + ${step}, 1, now() + ${step} where not exists (${seenSince(4)})
     on conflict (key) do update set since = greatest(m.since, now()) + ${step}, idle_at = greatest(m.since, now()) + ${step}
     returning extract(epoch from since - ${step} - now())::float8 * 1000 as "inMs"`,
    [key, periodMs, limit, ...seenValues(copyKey)],
  );
  const [place] = taken.rows;
  return place === undefined ? SEEN : Math.max(0, Math.round(place.inMs));
}

/** Meters and debounces that would say nothing if asked. */
export async function forgetIdle(database: Queryable, batch: number): Promise<void> {
  for (const table of ["flow_meters", "flow_debounces"])
    await database.query(
      `delete from ${table} where ctid in (select ctid from ${table} where idle_at < now() limit $1 for update skip locked)`,
      [batch],
    );
}
