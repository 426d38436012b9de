import { check } from "../checker/check.ts";
import { checkTicks } from "../checker/check-ticks.ts";
import { gatherEvidence } from "../checker/gather-evidence.ts";
import { pause } from "../eventually.ts";
import { killRuntime } from "../nemesis/runtime-faults.ts";
import { freezeServer, killServer } from "../nemesis/server-faults.ts";
import { startSystem } from "../system/chaos-system.ts";
import { deploySource } from "../system/deploy-source.ts";
import { ticksSource } from "../system/workflow-source.ts";
import { countFigure, endsFigure, verdictFigures } from "./figures.ts";
import type { Figure, Scenario } from "./scenario.ts";

const TICKS = 10_000;
const SCHEDULES = 40;
const CALM_MS = { low: 1_000, high: 4_000 };
/** A tick that is due while the schedules begin or end may be either side of it. */
const MARGIN_MS = 2_000;

export const cron: Scenario = {
  name: "cron",
  summary: "schedules that are due each second, three servers, kills and freezes",
  run: async ({ random, scale, say }) => {
    const wanted = Math.ceil(TICKS * scale);
    await using system = await startSystem({ servers: 3 });
    const { namespaceId, sink } = system;
    const source = ticksSource(sink.url, SCHEDULES);
    const { workflowId } = await deploySource(system.client(), { namespaceId, name: "ticks", source });
    const fromMs = Date.now() + MARGIN_MS;
    const untilMs = fromMs + Math.ceil(wanted / SCHEDULES) * 1_000;
    let kills = 0;
    while (Date.now() < untilMs) {
      await pause(random.between(CALM_MS.low, CALM_MS.high));
      const fault = random.pick([killServer, killServer, freezeServer, killRuntime]);
      await fault.strike(system, random);
      if (fault.isKill) kills += 1;
      say(`${fault.name}, ${sink.records.length} ticks seen`);
    }
    await pause(MARGIN_MS);
    await system.client().deleteWorkflow({ params: { namespaceId, workflowId } });
    const evidence = await gatherEvidence(system, []);
    const ticks = checkTicks({ ...evidence, schedules: SCHEDULES, fromMs, untilMs });
    return [
      countFigure("ticks due", wanted, ticks.expected),
      countFigure("kills", 1, kills),
      noneOf("missing", ticks.missing),
      noneOf("doubled ticks", ticks.doubled),
      ...verdictFigures(check(evidence)),
      endsFigure(evidence.executions),
    ];
  },
};

function noneOf(what: string, ticks: readonly string[]): Figure {
  const examples = ticks.slice(0, 3).join(", ");
  const measured = ticks.length === 0 ? "0" : `${ticks.length} (${examples})`;
  return { what, asked: "0", measured, isReached: ticks.length === 0 };
}
