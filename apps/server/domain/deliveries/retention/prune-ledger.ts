import type { ArtifactStore } from "../../../platform/blobs/artifact-store.ts";
import type { Database } from "../../../platform/db/database.ts";
import { forgetCounts, recount } from "../../executions/statistics/keep-counts.ts";
import { floorTo, HOUR } from "../../executions/statistics/windows.ts";
import { collectArtifacts } from "./collect-artifacts.ts";
import { dropDays, dropDetached } from "./drop-days.ts";
import { meterUsage } from "./meter-usage.ts";
import { pruneRows } from "./prune-rows.ts";
import { findBytesCutoff, forgetUsage, listRetention, readNow } from "./store.ts";

export interface PruneContext {
  database: Database;
  artifacts: ArtifactStore;
  /** Partitioned by day. */
  tables: readonly string[];
}

/** Held by who prunes; and by who copies rows and artifacts away, so that none goes between the two. */
export const PRUNE_LOCK = 7_203_415;

const SECOND_MS = 1000;
const DAY_MS = 24 * 60 * 60 * 1000;

/** One round: what is past a namespace's days or bytes goes, whole days at once where nobody wants them. */
export async function pruneLedger(context: PruneContext, signal: AbortSignal): Promise<void> {
  const { database, tables } = context;
  await dropDetached(database, tables);
  await meterUsage(context);
  const now = await readNow(database);
  const kept = await listRetention(database);
  const daysMax = Math.max(0, ...kept.map(({ days }) => days));
  if (kept.length > 0) await dropDays(database, { tables, cutoffMs: now - daysMax * DAY_MS });
  // Hours that are not whole any more: of days, the same for most.
  const cutHours = new Set<number>();
  for (const retention of kept) {
    if (signal.aborted) return;
    const { namespaceId, days } = retention;
    const bytesCutoff = await findBytesCutoff(database, retention);
    const cutoffMs = Math.max(now - days * DAY_MS, bytesCutoff ?? 0);
    const pruned = await pruneRows(database, { namespaceId, cutoffMs, signal });
    if (signal.aborted) return;
    await forgetUsage(database, namespaceId, cutoffMs);
    await forgetCounts(database, namespaceId, cutoffMs);
    if (pruned > 0) cutHours.add(floorTo(HOUR, cutoffMs));
  }
  for (const fromMs of cutHours)
    await recount(database, { fromMs, toMs: fromMs + HOUR * SECOND_MS, nowMs: now });
  await collectArtifacts(context, { signal });
}
