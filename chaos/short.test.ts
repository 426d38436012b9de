import { describe, expect, test } from "vitest";
import { hasBubblewrap } from "../apps/server/domain/runtimes/drivers/process/has-bubblewrap.ts";
import { failPoints } from "./fail-points/fail-point-preload.ts";
import { behaviours } from "./hostile/behaviours/index.ts";
import { runHostile } from "./hostile/hostile-run.ts";
import { killBackend, killDatabase, terminateBackends } from "./nemesis/database-faults.ts";
import { killRuntime } from "./nemesis/runtime-faults.ts";
import { createRandom } from "./random.ts";
import { killAt, revive } from "./scenarios/fail-points.ts";
import { runMixedLoad } from "./scenarios/mixed-load.ts";
import { hunt } from "./scenarios/mutant-hunts.ts";
import { startSystem } from "./system/chaos-system.ts";

// The short profile: a minute of what `npm run chaos` does for an hour. What it needs takes a tenth of its time limit.
const LIMIT_MS = 300_000;
const SEED = 20_261_122;

describe("under kills", () => {
  test(
    "what was acknowledged happens, once or marked as a retry, and ends",
    async () => {
      await using system = await startSystem();
      const { verdicts, struck, acknowledged } = await runMixedLoad(system, {
        random: createRandom(SEED),
        faults: [
          killRuntime,
          terminateBackends,
          killBackend,
          killDatabase,
          ...failPoints.map(killAt),
          revive,
        ],
        calmMs: { low: 50, high: 200 },
        acknowledgedMin: 200,
        slow: { share: 0.05, waitMs: 300 },
      });
      expect(verdicts).toEqual([]);
      expect(struck).toHaveLength(4 + failPoints.length + 1);
      expect(acknowledged).toBeGreaterThanOrEqual(200);
    },
    LIMIT_MS,
  );
});

describe("hostile handlers", () => {
  test.skipIf(!hasBubblewrap(process.env.PATH))(
    "end as the table says, leave nothing behind and hold up no neighbour [needs bubblewrap]",
    async () => {
      await using system = await startSystem();
      const { tried, orphans, neighbour } = await runHostile(system, {
        behaviours: behaviours.filter(({ isShort }) => isShort),
        warmUp: { runs: 10, deaths: 1 },
      });
      expect(tried.filter(({ wrong }) => wrong.length > 0)).toEqual([]);
      expect(tried.length).toBeGreaterThanOrEqual(10);
      expect(orphans).toBe(0);
      expect(neighbour.failed).toEqual([]);
      expect(neighbour.asked).toBeGreaterThan(0);
    },
    LIMIT_MS,
  );
});

describe("the checker is red for a server that", () => {
  test(
    "answers before it has committed",
    async () => {
      const verdicts = await hunt("acknowledgeBeforeCommit", createRandom(SEED));
      expect(verdicts.map(({ word }) => word)).toContain("lost");
    },
    LIMIT_MS,
  );

  test(
    "takes every copy of an event for a new one",
    async () => {
      const verdicts = await hunt("noDedupe", createRandom(SEED));
      expect(verdicts.map(({ word }) => word)).toContain("doubled");
    },
    LIMIT_MS,
  );
});
