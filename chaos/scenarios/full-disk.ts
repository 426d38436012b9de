import { pause } from "../eventually.ts";
import type { Fault } from "../nemesis/fault.ts";
import { startSystem } from "../system/chaos-system.ts";
import { cannotMount, fillDisk } from "../system/small-disk.ts";
import { countFigure, endsFigure, verdictFigures } from "./figures.ts";
import { runMixedLoad } from "./mixed-load.ts";
import type { Scenario } from "./scenario.ts";

const DISK_MEGABYTES = 320;
const FULL_MS = 5_000;
const TIMES = 5;

const fullDisk: Fault = {
  name: "full disk",
  isKill: false,
  strike: async ({ state, postgres }) => {
    {
      await using _ballast = await fillDisk(state);
      await pause(FULL_MS);
    }
    await postgres.ready();
  },
};

/** It cannot recover before there is room again, and must then. */
const killOnFullDisk: Fault = {
  name: "kill database on a full disk",
  isKill: true,
  strike: async ({ state, postgres }) => {
    {
      await using _ballast = await fillDisk(state);
      await postgres.killAll();
      await pause(FULL_MS);
    }
    await postgres.ready();
  },
};

export const fullDisks: Scenario = {
  name: "full-disk",
  summary:
    "the disk under servers and database fills up and has room again, once also under a killed database",
  missing: cannotMount,
  run: async ({ random, scale, say }) => {
    const times = Math.ceil(TIMES * scale);
    await using system = await startSystem({ diskMegabytes: DISK_MEGABYTES });
    const result = await runMixedLoad(system, {
      random,
      faults: [...Array.from({ length: times }, () => fullDisk), killOnFullDisk],
      calmMs: { low: 2_000, high: 3_000 },
      acknowledgedMin: 500,
      say,
    });
    return [
      countFigure("times full", times, result.struck.length - 1),
      countFigure("events acknowledged", 500, result.acknowledged),
      ...verdictFigures(result.verdicts),
      endsFigure(result.evidence.executions),
    ];
  },
};
