import { uuidFloor } from "../uuid-v7.ts";
import type { Queryable } from "./database.ts";

const DAY_MS = 24 * 60 * 60 * 1000;
const DAYS_AHEAD = 7;

/** A day in UTC. */
export interface Day {
  startMs: number;
  endMs: number;
  /** Ids of its rows are not less than this one. */
  from: string;
  /** They are less than this one. */
  to: string;
}

export function dayAt(instantMs: number): Day {
  const startMs = Math.floor(instantMs / DAY_MS) * DAY_MS;
  const endMs = startMs + DAY_MS;
  return { startMs, endMs, from: uuidFloor(startMs), to: uuidFloor(endMs) };
}

/** The name of a table's partition for a day. */
export function partitionOf(table: string, { startMs }: Day): string {
  return `${table}_${new Date(startMs).toISOString().slice(0, 10).replaceAll("-", "")}`;
}

/** Makes the partitions of the coming days, for tables whose key is a UUIDv7. Any number of servers may do it at once. */
export async function ensureDayPartitions(
  database: Queryable,
  tables: readonly string[],
  nowMs: number,
): Promise<void> {
  const today = Math.floor(nowMs / DAY_MS) * DAY_MS;
  // Yesterday too: clocks of two machines differ around midnight.
  for (let start = today - DAY_MS; start < today + DAYS_AHEAD * DAY_MS; start += DAY_MS) {
    const day = dayAt(start);
    for (const table of tables) {
      await database
        .query(
          `create table if not exists ${partitionOf(table, day)} partition of ${table}
           for values from ('${day.from}') to ('${day.to}')`,
        )
        .catch(ignoreRace);
    }
  }
}

/** Two that create the same table at once: one is told that the type's name or the table exists. */
function ignoreRace(error: { code?: string }): void {
  if (error.code !== "23505" && error.code !== "42P07") throw error;
}
