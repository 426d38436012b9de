import { killBackend, killDatabase } from "../nemesis/database-faults.ts";
import { killRuntime } from "../nemesis/runtime-faults.ts";
import { killServer } from "../nemesis/server-faults.ts";
import { startSystem } from "../system/chaos-system.ts";
import { countFigure, endsFigure, orphanFigures, verdictFigures } from "./figures.ts";
import { runMixedLoad } from "./mixed-load.ts";
import type { Scenario } from "./scenario.ts";

const KILLS = 200;
const EVENTS = 200_000;

export const mixed: Scenario = {
  name: "mixed",
  summary: "events of every kind over kills of server, runtime and database, two servers on one database",
  run: async ({ random, scale, say }) => {
    await using system = await startSystem({ servers: 2 });
    const kills = [killServer, killServer, killRuntime, killDatabase, killBackend];
    const result = await runMixedLoad(system, {
      random,
      faults: Array.from({ length: Math.ceil(KILLS * scale) }, () => random.pick(kills)),
      calmMs: { low: 300, high: 2_000 },
      acknowledgedMin: Math.ceil(EVENTS * scale),
      slow: { share: 0.02, waitMs: 1_500 },
      say,
    });
    return [
      countFigure("events acknowledged", Math.ceil(EVENTS * scale), result.acknowledged),
      countFigure(
        "kills (0 in so many says: under 3 in so many, at 95 %)",
        Math.ceil(KILLS * scale),
        result.struck.length,
      ),
      ...verdictFigures(result.verdicts),
      ...orphanFigures(result),
      endsFigure(result.evidence.executions),
    ];
  },
};
