import type { ArtifactStore } from "../../../platform/blobs/artifact-store.ts";
import type { Database } from "../../../platform/db/database.ts";
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
  for (const retention of kept) {
    if (signal.aborted) return;
    const { namespaceId, days } = retention;
    const bytesCutoff = await findBytesCutoff(database, retention);
    const cutoffMs = Math.max(now - days * DAY_MS, bytesCutoff ?? 0);
    await pruneRows(database, { namespaceId, cutoffMs, signal });
    if (!signal.aborted) await forgetUsage(database, namespaceId, cutoffMs);
  }
  await collectArtifacts(context, { signal });
}
