import type { FailPoint } from "../../apps/server/platform/fail-points.ts";
import { failPointPreload, failPoints } from "../fail-points/fail-point-preload.ts";
import type { Fault } from "../nemesis/fault.ts";
import { startAgain } from "../nemesis/server-faults.ts";
import { startSystem } from "../system/chaos-system.ts";
import { countFigure, endsFigure, orphanFigures, verdictFigures } from "./figures.ts";
import { runMixedLoad } from "./mixed-load.ts";
import type { Scenario } from "./scenario.ts";

const TIMES_EACH = 20;
/** The passing at which the server dies: any of so many. */
const PASSES = { low: 1, high: 40 };

export const failPointKills: Scenario = {
  name: "fail-points",
  summary: "the server killed at each named moment between received and published",
  run: async ({ random, scale, say }) => {
    const timesEach = Math.ceil(TIMES_EACH * scale);
    await using system = await startSystem();
    const faults = Array.from({ length: timesEach }, () => failPoints.map(killAt)).flat();
    const result = await runMixedLoad(system, {
      random,
      faults: [...faults, revive],
      calmMs: { low: 0, high: 0 },
      acknowledgedMin: 0,
      slow: { share: 0.02, waitMs: 500 },
      say,
    });
    return [
      countFigure(
        `kills, ${timesEach} at each of ${failPoints.join(", ")}`,
        faults.length,
        result.struck.length - 1,
      ),
      countFigure("events acknowledged", faults.length, result.acknowledged),
      ...verdictFigures(result.verdicts),
      ...orphanFigures(result),
      endsFigure(result.evidence.executions),
    ];
  },
};

/** Starts the server so that it dies at the point, and waits until it has. */
export function killAt(point: FailPoint): Fault {
  return {
    name: `kill at ${point}`,
    isKill: true,
    strike: async ({ servers, preloads }, random) => {
      const server = servers[0]!;
      if (server.isRunning) await server.kill();
      const armed = failPointPreload(point, random.between(PASSES.low, PASSES.high));
      // What waits in the queue may lead it past the point before it serves.
      await server.start([...preloads, armed]).catch(() => undefined);
      await server.ended;
    },
  };
}

/** After the last of them. */
export const revive: Fault = {
  name: "start",
  isKill: false,
  strike: ({ servers, preloads }) => startAgain(servers[0]!, preloads),
};
