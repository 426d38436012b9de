import { freezeDatabase, halfOpen, terminateBackends } from "../nemesis/database-faults.ts";
import { freezeRuntime } from "../nemesis/runtime-faults.ts";
import { freezeServer, rollingRestart } from "../nemesis/server-faults.ts";
import { startSystem } from "../system/chaos-system.ts";
import { countFigure, endsFigure, verdictFigures } from "./figures.ts";
import { longestSilence, runMixedLoad } from "./mixed-load.ts";
import type { Scenario } from "./scenario.ts";

const ROUNDS = 5;
/** Until something is acknowledged again after the worst of them. */
const SILENCE_MS_MAX = 30_000;

export const outages: Scenario = {
  name: "outages",
  summary: "nothing dies: freezes, connections that end or lead nowhere, restarts in good order",
  run: async ({ random, scale, say }) => {
    const rounds = Math.ceil(ROUNDS * scale);
    await using system = await startSystem({ servers: 2 });
    const round = [halfOpen, freezeServer, terminateBackends, freezeDatabase, rollingRestart, freezeRuntime];
    const faults = Array.from({ length: rounds }, () => round).flat();
    const result = await runMixedLoad(system, {
      random,
      faults,
      calmMs: { low: 2_000, high: 4_000 },
      acknowledgedMin: 1_000,
      slow: { share: 0.02, waitMs: 1_000 },
      say,
    });
    const silenceMs = longestSilence(result.evidence.ledger);
    return [
      countFigure("outages", faults.length, result.struck.length),
      countFigure("events acknowledged", 1_000, result.acknowledged),
      {
        what: "longest time without an acknowledgement",
        asked: `<= ${SILENCE_MS_MAX / 1_000} s`,
        measured: `${(silenceMs / 1_000).toFixed(1)} s`,
        isReached: silenceMs <= SILENCE_MS_MAX,
      },
      ...verdictFigures(result.verdicts),
      endsFigure(result.evidence.executions),
    ];
  },
};
