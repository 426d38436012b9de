import { countCuts } from "../checker/check-steps.ts";
import { killBackend } from "../nemesis/database-faults.ts";
import { killRuntime } from "../nemesis/runtime-faults.ts";
import { killServer } from "../nemesis/server-faults.ts";
import { startSystem } from "../system/chaos-system.ts";
import { STEPS } from "../system/workflow-source.ts";
import { countFigure, endsFigure, orphanFigures, verdictFigures } from "./figures.ts";
import { runMixedLoad } from "./mixed-load.ts";
import type { Scenario } from "./scenario.ts";

const RUNS = 1_000;
const KILLS = 60;

export const steps: Scenario = {
  name: "steps",
  summary: "runs in durable steps, cut off at every moment before, in and after each of them",
  run: async ({ random, scale, say }) => {
    const runs = Math.ceil(RUNS * scale);
    await using system = await startSystem({ servers: 2 });
    const kills = [killServer, killServer, killRuntime, killRuntime, killBackend];
    const result = await runMixedLoad(system, {
      random,
      weights: { steps: 1 },
      slow: { share: 1, waitMs: 100 },
      callers: 4,
      paceMs: 150,
      faults: Array.from({ length: Math.ceil(KILLS * scale) }, () => random.pick(kills)),
      calmMs: { low: 500, high: 1_500 },
      acknowledgedMin: runs,
      say,
    });
    const { sink, executions } = result.evidence;
    const cuts = countCuts(sink);
    const moments = Array.from({ length: STEPS }, (_, n) => [`before ${n}`, `step ${n}`]).flat();
    return [
      countFigure("runs", runs, result.acknowledged),
      countFigure("kills", Math.ceil(KILLS * scale), result.struck.length),
      countFigure(
        `moments at which runs were cut off, of ${moments.join(", ")}`,
        moments.length,
        moments.filter((moment) => cuts.has(moment)).length,
      ),
      countFigure(
        "runs cut off",
        1,
        [...cuts.values()].reduce((sum, count) => sum + count, 0),
      ),
      ...verdictFigures(result.verdicts),
      ...orphanFigures(result),
      endsFigure(executions),
    ];
  },
};
