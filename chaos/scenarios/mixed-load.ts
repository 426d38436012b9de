import { check, type Evidence, type Verdict } from "../checker/check.ts";
import { checkSteps } from "../checker/check-steps.ts";
import { describeStandstill } from "../checker/describe-standstill.ts";
import { gatherEvidence } from "../checker/gather-evidence.ts";
import { eventually, pause } from "../eventually.ts";
import { LedgerClient } from "../ledger/ledger-client.ts";
import { type LoadOptions, runLoad } from "../ledger/load.ts";
import type { LedgerRecord } from "../ledger/records.ts";
import type { Fault } from "../nemesis/fault.ts";
import type { Random } from "../random.ts";
import type { ChaosSystem } from "../system/chaos-system.ts";
import { deploySource } from "../system/deploy-source.ts";
import { eventsSource } from "../system/workflow-source.ts";

export interface MixedLoadOptions {
  random: Random;
  weights?: LoadOptions["weights"];
  slow?: LoadOptions["slow"];
  callers?: number;
  paceMs?: number;
  /** Struck one after the other while the load goes on. */
  faults: readonly Fault[];
  /** How many reports the sink must have had before the first one: what has not begun cannot be hurt. */
  reportsFirst?: number;
  /** Between two faults; both ends included. */
  calmMs: { low: number; high: number };
  /** The load goes on, and the last fault is repeated never, until so many were acknowledged. */
  acknowledgedMin: number;
  say?(text: string): void;
}

export interface MixedLoadResult {
  evidence: Evidence;
  verdicts: Verdict[];
  acknowledged: number;
  struck: { name: string; atMs: number; endedMs: number }[];
}

const REPORTS_FIRST = 5;

export const EVERY_KIND = { ack: 10, handler: 6, copies: 2, manual: 2, queued: 1, waits: 1 } as const;

/** Load of every kind, faults into it, and then the reckoning. */
export async function runMixedLoad(system: ChaosSystem, options: MixedLoadOptions): Promise<MixedLoadResult> {
  await using client = await openEvents(system);
  const struck: MixedLoadResult["struck"] = [];
  let acknowledgedMin = Number.POSITIVE_INFINITY;
  const load = runLoad(client, {
    random: options.random,
    to: system.servers.map(({ url }) => url),
    callers: options.callers ?? 24,
    weights: options.weights ?? EVERY_KIND,
    ...(options.slow === undefined ? {} : { slow: options.slow }),
    ...(options.paceMs === undefined ? {} : { paceMs: options.paceMs }),
    isOver: () =>
      client.acknowledged >= acknowledgedMin || system.servers.some(({ hasCrashed }) => hasCrashed),
  });
  try {
    const reportsFirst = options.reportsFirst ?? REPORTS_FIRST;
    await eventually(async () => (system.sink.records.length >= reportsFirst ? true : undefined));
    for (const fault of options.faults) {
      await pause(options.random.between(options.calmMs.low, options.calmMs.high));
      const atMs = Date.now();
      await fault.strike(system, options.random);
      struck.push({ name: fault.name, atMs, endedMs: Date.now() });
      options.say?.(`${fault.name} (${Date.now() - atMs} ms), ${client.acknowledged} acknowledged so far`);
    }
  } finally {
    // Also when a fault could not be done.
    acknowledgedMin = options.acknowledgedMin;
    await load;
  }
  for (const server of system.servers) {
    const lastWords = await server.lastWords();
    if (lastWords !== undefined) throw new CrashedError(`A server ended by itself:\n${lastWords}`);
  }
  const evidence = await gatherEvidence(system, client.records);
  const verdicts = [...check(evidence), ...checkSteps(evidence.sink)];
  if (verdicts.some(({ word }) => word === "stuck")) console.error(await describeStandstill(system));
  return { evidence, verdicts, acknowledged: client.acknowledged, struck };
}

/** Worse than anything that a checker could say. */
class CrashedError extends Error {
  override readonly name = "CrashedError";
}

/** The workflow with every way in, live, and a client that keeps the book. */
export async function openEvents(system: ChaosSystem): Promise<LedgerClient> {
  const { folder, token, namespaceId, sink } = system;
  const { workflowId, triggers } = await deploySource(system.client(), {
    namespaceId,
    name: "events",
    source: eventsSource(sink.url),
  });
  const webhook = new URL(triggers.find(({ url }) => url !== undefined)!.url!).pathname;
  const webhookPath = webhook.slice(0, webhook.lastIndexOf("/"));
  return LedgerClient.open({ folder, token, namespaceId, workflowId, webhookPath });
}

export function longestSilence(ledger: readonly LedgerRecord[]): number {
  const heard = ledger.filter(
    (record) => record.type === "answered" && record.status >= 200 && record.status < 300,
  );
  return Math.max(0, ...heard.slice(1).map(({ atMs }, n) => atMs - heard[n]!.atMs));
}
