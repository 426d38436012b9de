import { STUCK_AFTER_MS } from "../../apps/server/testing/find-stuck.ts";
import { pause } from "../eventually.ts";
import type { LedgerRecord } from "../ledger/records.ts";
import type { ChaosSystem } from "../system/chaos-system.ts";
import { RUN_TIMEOUT_MS } from "../system/workflow-source.ts";
import type { Evidence } from "./check.ts";
import { countUnfinished, listRecorded, lookUp } from "./recorded-execution.ts";

/** Past its deadline by so much, a run is stuck. */
const UNFINISHED_MS_MAX = RUN_TIMEOUT_MS + STUCK_AFTER_MS;
const LOOK_EVERY_MS = 200;
/** Looks, not time: a machine that was suspended itself has not given anything its time. */
const LOOKS_MAX = UNFINISHED_MS_MAX / LOOK_EVERY_MS;

/** Waits until everything has ended, or has been at a standstill for longer than it may, and takes it all down. */
export async function gatherEvidence(
  system: ChaosSystem,
  ledger: readonly LedgerRecord[],
): Promise<Evidence> {
  const { namespaceId, emptyNamespaceId, sink } = system;
  const client = system.client();
  let [unfinished, looks] = [Number.POSITIVE_INFINITY, 0];
  while (unfinished > 0 && looks < LOOKS_MAX) {
    const now = await countUnfinished(client, namespaceId);
    looks = now === unfinished ? looks + 1 : 0;
    unfinished = now;
    if (now > 0) await pause(LOOK_EVERY_MS);
  }
  const executions = await listRecorded(client, namespaceId);
  await lookUp(client, namespaceId, { executions, sink: sink.records });
  return { ledger, sink: sink.records, executions, foreign: await listRecorded(client, emptyNamespaceId) };
}
