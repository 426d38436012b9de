import { setTimeout as delay } from "node:timers/promises";
import { afterEach, describe, expect, test } from "vitest";
import type { RuntimeDriver } from "../driver.ts";
import { aMarkedTarget, returnedBy, runToEnd } from "../test-workflow.ts";

/** A pool under test, with what a test has to be able to see and turn. */
export interface PoolUnderTest extends RuntimeDriver {
  /** Processes that live now. */
  readonly pids: number[];
}

export interface PoolOptions {
  processesMax?: number;
  idleMsMax?: number;
  reapEveryMs?: number;
  now?(): number;
  isRouted?(): boolean;
}

const workflow = () => aMarkedTarget();

/** What a driver promises beside `describeDriver` whose processes are on this machine, and take many runs each. */
export function describeProcessPool(
  name: string,
  create: (options?: PoolOptions) => Promise<PoolUnderTest>,
): void {
  describe(`a pool of processes: ${name}`, () => {
    const open: PoolUnderTest[] = [];
    const start = async (options?: PoolOptions) => {
      const driver = await create(options);
      open.push(driver);
      return driver;
    };
    afterEach(async () => {
      await Promise.all(open.splice(0).map((driver) => driver.close()));
    });

    test("what is loaded ahead waits for its run in one process, whatever else is loaded ahead", async () => {
      const driver = await start();
      const first = workflow();
      driver.loadAhead?.(first);
      const mark = await returnedBy(runToEnd(driver, first, "mark"));
      const others = Array.from({ length: 5 }, workflow);
      for (const target of others) driver.loadAhead?.(target);
      // It, the last of the others, and the spare.
      await until(() => driver.pids.length <= 3);
      expect(await returnedBy(runToEnd(driver, first, "mark"))).toBe(mark);
      for (const target of others)
        expect(await returnedBy(runToEnd(driver, target, "mark"))).toEqual(expect.any(Number));
    });

    test("many runs of one deployment share a process and run at once", async () => {
      const driver = await start();
      const target = workflow();
      const startedAt = performance.now();
      const seen = await Promise.all(
        Array.from({ length: 30 }, () => returnedBy(runToEnd(driver, target, "short"))),
      );
      expect(new Set(seen).size).toBe(1);
      expect(performance.now() - startedAt).toBeLessThan(30 * 200);
    });

    test("more runs than a process takes get another one, and none is lost", async () => {
      const driver = await start();
      const target = workflow();
      const ends = Array.from({ length: 130 }, () => returnedBy(runToEnd(driver, target, "short")));
      expect(new Set(await Promise.all(ends)).size).toBe(2);
    });

    test("a spare is up before it is needed", async () => {
      const driver = await start();
      await driver.prove(workflow());
      expect(driver.pids.length).toBeGreaterThanOrEqual(1);
      const [spare] = driver.pids.slice(-1);
      await returnedBy(runToEnd(driver, workflow(), "mark"));
      expect(driver.pids).toContain(spare);
    });

    test("a retired deployment's process ends when its last run has, and not before", async () => {
      const driver = await start();
      const target = workflow();
      const begun = Promise.withResolvers<void>();
      const short = runToEnd(driver, target, "short", { onLog: () => begun.resolve() });
      await begun.promise;
      const before = driver.pids;
      driver.retire(target.deploymentId);
      const mark = await returnedBy(short);
      expect(mark).toEqual(expect.any(Number));
      await until(() => before.some((pid) => !driver.pids.includes(pid)));
      expect(await returnedBy(runToEnd(driver, target, "mark"))).not.toBe(mark);
    });

    test("what still loads when it is retired is for those who wait for it, and for nobody after them", async () => {
      const driver = await start();
      const target = workflow();
      const asked = Promise.withResolvers<void>();
      const set = Promise.withResolvers<void>();
      let loads = 0;
      const env = async () => {
        loads++;
        asked.resolve();
        await set.promise;
        return {};
      };
      const before = returnedBy(runToEnd(driver, { ...target, env }, "mark"));
      await asked.promise;
      driver.retire(target.deploymentId);
      const after = returnedBy(runToEnd(driver, { ...target, env }, "mark"));
      set.resolve();
      expect(await before).not.toBe(await after);
      expect(loads).toBe(2);
      expect(await returnedBy(runToEnd(driver, { ...target, env }, "mark"))).toBe(await after);
    });

    test("retiring a deployment whose process is idle ends it at once", async () => {
      const driver = await start();
      const target = workflow();
      await returnedBy(runToEnd(driver, target, "mark"));
      const before = driver.pids;
      driver.retire(target.deploymentId);
      await until(() => before.some((pid) => !driver.pids.includes(pid)));
    });

    test("a deployment that events go past keeps its process for those on their way, and not for long", async () => {
      let isRouted = true;
      const driver = await start({ isRouted: () => isRouted });
      const target = workflow();
      const mark = await returnedBy(runToEnd(driver, target, "mark"));
      const [pid] = driver.pids;
      isRouted = false;
      driver.retire(target.deploymentId);
      expect(await returnedBy(runToEnd(driver, target, "mark"))).toBe(mark);
      await until(() => !driver.pids.includes(pid!));
      // The spare was there before it.
      const spares = driver.pids;
      expect(await returnedBy(runToEnd(driver, target, "mark"))).not.toBe(mark);
      await until(() => !driver.pids.some((other) => spares.includes(other)));
    });

    test("one that events go past keeps its process as long as there are runs of it", async () => {
      const driver = await start({ isRouted: () => false });
      const target = workflow();
      const mark = await returnedBy(runToEnd(driver, target, "mark"));
      driver.retire(target.deploymentId);
      for (let run = 0; run < 8; run++) {
        await delay(300);
        expect(await returnedBy(runToEnd(driver, target, "mark"))).toBe(mark);
      }
    });

    test("one that events come to again keeps its process", async () => {
      let isRouted = false;
      const driver = await start({ isRouted: () => isRouted });
      const target = workflow();
      const mark = await returnedBy(runToEnd(driver, target, "mark"));
      driver.retire(target.deploymentId);
      isRouted = true;
      await delay(1_500);
      expect(await returnedBy(runToEnd(driver, target, "mark"))).toBe(mark);
    });

    test("closing leaves no process behind", async () => {
      const driver = await start();
      const begun = Promise.withResolvers<void>();
      const end = runToEnd(driver, workflow(), "waits", { onLog: () => begun.resolve() });
      await begun.promise;
      const pids = driver.pids;
      expect(pids.length).toBeGreaterThanOrEqual(1);
      await driver.close();
      expect((await end).state).toBe("interrupted");
      for (const pid of pids) expect(() => process.kill(pid, 0)).toThrow("ESRCH");
    });

    test("a process that was idle for long enough is ended, and one that works is not", async () => {
      let now = 1_000_000;
      const driver = await start({ idleMsMax: 5 * 60_000, reapEveryMs: 5, now: () => now });
      const [idle, busy] = [workflow(), workflow()];
      const mark = await returnedBy(runToEnd(driver, idle, "mark"));
      const begun = Promise.withResolvers<void>();
      const waits = runToEnd(driver, busy, "waits", {
        executionId: "exec_busy",
        onLog: () => begun.resolve(),
      });
      await begun.promise;
      const before = driver.pids.length;
      now += 5 * 60_000 - 1;
      expect(await returnedBy(runToEnd(driver, busy, "mark"))).toEqual(expect.any(Number));
      expect(driver.pids).toHaveLength(before);
      now += 1;
      await until(() => driver.pids.length === before - 1);
      expect(await returnedBy(runToEnd(driver, idle, "mark"))).not.toBe(mark);
      driver.cancel("exec_busy");
      expect((await waits).state).toBe("cancelled");
    });

    test("at the bound the process that is idle for longest makes room, and a busy one never", async () => {
      let now = 1;
      const driver = await start({ processesMax: 3, now: () => now++ });
      const targets = [workflow(), workflow(), workflow(), workflow()];
      const marks: unknown[] = [];
      for (const target of targets) {
        marks.push(await returnedBy(runToEnd(driver, target, "mark")));
        expect(driver.pids.length).toBeLessThanOrEqual(3);
      }
      expect(await returnedBy(runToEnd(driver, targets[3]!, "mark"))).toBe(marks[3]);
      expect(await returnedBy(runToEnd(driver, targets[0]!, "mark"))).not.toBe(marks[0]);

      const begun = [0, 1, 2].map(() => Promise.withResolvers<void>());
      const ends = begun.map(({ resolve }, index) =>
        runToEnd(driver, targets[index]!, "waits", { executionId: `exec_${index}`, onLog: () => resolve() }),
      );
      await Promise.all(begun.map(({ promise }) => promise));
      await expect(runToEnd(driver, workflow(), "mark")).rejects.toMatchObject({
        code: "RUNTIME_UNAVAILABLE",
      });
      for (const index of ends.keys()) driver.cancel(`exec_${index}`);
      for (const end of ends) expect((await end).state).toBe("cancelled");
    });
  });
}

/** Waits for a condition that comes true by itself; the test's own deadline is the bound. */
export async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await delay(5);
}
