import { limits } from "@floww/contract/limits";
import { forgetKeys } from "../domain/deliveries/delivery-keys.ts";
import { expireWaiting } from "../domain/dev-sessions/expire-waiting.ts";
import { forgetLetters } from "../domain/dev-sessions/server-mail.ts";
import { forgetOldTicks } from "../domain/executions/record-tick.ts";
import type { JobStates } from "../domain/job-states/job-states.ts";
import { removeExpired } from "../domain/kv/store.ts";
import { forgetBudgets } from "../domain/providers/gateway/connection-budget.ts";
import type { Database } from "../platform/db/database.ts";

const EVERY_MS = 60_000;
const BATCH = 1_000;

/**
 * Takes away KV items, delivery keys, connections' budgets, servers' letters and ticks whose time is over, and ends events
 * that waited for a laptop too long. Nobody sees the former anyway, and no laptop is given the latter: a late sweep costs
 * space and nothing else.
 */
export function sweepExpired({
  database,
  jobStates,
  report,
}: {
  database: Database;
  jobStates: Pick<JobStates, "track">;
  report(error: unknown): void;
}): { stop(): Promise<void> } {
  let turn = Promise.resolve();
  let isStopped = false;
  const sweep = async () => {
    while (!isStopped && (await removeExpired(database, BATCH)) === BATCH);
    while (!isStopped && (await forgetBudgets(database, BATCH)) === BATCH);
    while (!isStopped && (await forgetKeys(database, limits.dedupeHours, BATCH)) === BATCH);
    while (!isStopped && (await forgetLetters(database, BATCH)) === BATCH);
    while (!isStopped && (await expireWaiting(database, BATCH)) === BATCH);
    while (!isStopped && (await forgetOldTicks(database, BATCH)) === BATCH);
  };
  const timer = setInterval(() => {
    turn = turn.then(() => jobStates.track("sweep-expired", sweep)).catch(report);
  }, EVERY_MS);
  return {
    stop: async () => {
      isStopped = true;
      clearInterval(timer);
      await turn;
    },
  };
}
