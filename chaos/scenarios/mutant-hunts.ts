import type { Verdict } from "../checker/check.ts";
import { pause } from "../eventually.ts";
import { mutantPreload } from "../mutants/mutant-preload.ts";
import { type Mutant, type MutantName, mutants } from "../mutants/mutants.ts";
import { killDatabase } from "../nemesis/database-faults.ts";
import type { Fault } from "../nemesis/fault.ts";
import { killServer } from "../nemesis/server-faults.ts";
import type { Random } from "../random.ts";
import { startSystem } from "../system/chaos-system.ts";
import { type MixedLoadOptions, runMixedLoad } from "./mixed-load.ts";
import type { Scenario } from "./scenario.ts";

/** The cheapest load and faults under which a bug must show. */
type Hunt = Omit<MixedLoadOptions, "random"> & { servers?: number };

const CALM = { low: 1_000, high: 1_500 };
/** An attempt outlives the lease of a server that is frozen in the middle of it. */
const OUTLIVING = { share: 1, waitMs: 6_000 };

const freezePastLease: Fault = {
  name: "freeze past the lease",
  isKill: false,
  strike: async ({ servers }) => {
    servers[0]!.freeze();
    await pause(8_000);
    servers[0]!.thaw();
  },
};

const hunts: Record<MutantName, Hunt> = {
  acknowledgeBeforeCommit: {
    weights: { ack: 1 },
    faults: [killDatabase],
    calmMs: CALM,
    acknowledgedMin: 100,
  },
  noFencing: {
    servers: 2,
    weights: { ack: 1 },
    slow: OUTLIVING,
    callers: 2,
    paceMs: 200,
    faults: [freezePastLease],
    calmMs: CALM,
    acknowledgedMin: 10,
  },
  noDedupe: { weights: { copies: 1 }, callers: 4, faults: [], calmMs: CALM, acknowledgedMin: 30 },
  noCatchUp: {
    weights: { ack: 1 },
    slow: { share: 1, waitMs: 1_000 },
    callers: 4,
    paceMs: 100,
    faults: [killServer],
    calmMs: CALM,
    acknowledgedMin: 20,
  },
  noJournal: {
    weights: { steps: 1 },
    slow: { share: 1, waitMs: 250 },
    reportsFirst: 60,
    callers: 4,
    paceMs: 100,
    faults: [killServer],
    calmMs: CALM,
    acknowledgedMin: 20,
  },
  noTenant: { weights: { ack: 1 }, callers: 1, faults: [], calmMs: CALM, acknowledgedMin: 5 },
  asynchronousCommit: { weights: { ack: 1 }, faults: [killDatabase], calmMs: CALM, acknowledgedMin: 100 },
};

/** What the checker says of a server with the bug; with `healthy`, of the same server without it under the same faults. */
export async function hunt(
  name: MutantName,
  random: Random,
  { healthy = false }: { healthy?: boolean } = {},
): Promise<Verdict[]> {
  const { servers = 1, ...load } = hunts[name];
  const { sql = [] }: Mutant = mutants[name];
  const options = healthy ? {} : { preloads: [mutantPreload(name)], sql };
  await using system = await startSystem({ servers, ...options });
  return (await runMixedLoad(system, { ...load, random })).verdicts;
}

/** A checker that was never red proves nothing: each bug is caught, and its faults alone are not. */
export const mutantHunts: Scenario = {
  name: "mutants",
  summary: "servers with one deliberate bug each, which the checker must catch with the right word",
  run: async ({ random, say }) => {
    const figures = [];
    for (const [key, { name, caughtAs }] of Object.entries(mutants) as [MutantName, Mutant][]) {
      const said = await hunt(key, random);
      const healthy = await hunt(key, random, { healthy: true });
      say(`${name}: ${said[0]?.text ?? "nothing said"}`);
      const words = Map.groupBy(said, ({ word }) => word);
      const isCaught = caughtAs.every((word) => words.has(word));
      const measured = [...words].map(([word, all]) => `${word} ${all.length}`).join(", ") || "nothing";
      figures.push({
        what: name,
        asked: `${caughtAs.join(", ")}; healthy: nothing`,
        measured: `${measured}; healthy: ${healthy.length === 0 ? "nothing" : healthy[0]!.text}`,
        isReached: isCaught && healthy.length === 0,
      });
    }
    return figures;
  },
};
