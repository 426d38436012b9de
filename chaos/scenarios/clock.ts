import { parseId } from "@floww/contract/ids";
import { pause } from "../eventually.ts";
import type { Fault } from "../nemesis/fault.ts";
import { startSystem } from "../system/chaos-system.ts";
import { findFaketime, type LyingClock, openLyingClock } from "../system/lying-clock.ts";
import { countFigure, endsFigure, verdictFigures } from "./figures.ts";
import { longestSilence, runMixedLoad } from "./mixed-load.ts";
import type { Scenario } from "./scenario.ts";

const HOUR = 3_600;
/** Into tomorrow and yesterday too: tables are cut by the day. */
const JUMPS = [2 * HOUR, -2 * HOUR, 26 * HOUR, -26 * HOUR];
const WRONG_MS = 4_000;
const SILENCE_MS_MAX = 10_000;

export const clock: Scenario = {
  name: "clock",
  summary: "the servers' wall clock jumps, forwards and back, while the database keeps the true one",
  missing: async () =>
    (await findFaketime()) === undefined ? "not found: faketime (apt-get install faketime)" : undefined,
  run: async ({ random, say }) => {
    await using lying = await openLyingClock();
    await using system = await startSystem({ servers: 2, wrapper: lying.wrapper });
    const result = await runMixedLoad(system, {
      random,
      faults: JUMPS.map((seconds) => jump(lying, seconds)),
      calmMs: { low: 1_000, high: 2_000 },
      acknowledgedMin: 500,
      slow: { share: 0.05, waitMs: 1_000 },
      say,
    });
    // An id holds the time that its server believed in.
    const mistimed = result.evidence.executions.filter(
      ({ id, createdMs }) => Math.abs(timeOf(id) - createdMs) > HOUR * 1_000,
    );
    const silenceMs = longestSilence(result.evidence.ledger);
    return [
      countFigure("jumps", JUMPS.length, result.struck.length),
      countFigure("events acknowledged", 500, result.acknowledged),
      countFigure("of them under a wrong clock", 100, mistimed.length),
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

/** The first 48 bits of a UUIDv7, in milliseconds. */
function timeOf(executionId: string): number {
  return Number.parseInt(parseId("execution", executionId)!.replaceAll("-", "").slice(0, 12), 16);
}

function jump(lying: LyingClock, seconds: number): Fault {
  return {
    name: `clock ${seconds / HOUR} h`,
    isKill: false,
    strike: async () => {
      await lying.setAhead(seconds);
      await pause(WRONG_MS);
      await lying.setAhead(0);
    },
  };
}
