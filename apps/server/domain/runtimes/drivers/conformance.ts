import type { PlacedRuntime } from "@floww/executor/host";
import { afterEach, describe, expect, test } from "vitest";
import type { RuntimeDriver } from "./driver.ts";
import { aMarkedTarget, aTarget, returnedBy, runToEnd } from "./test-workflow.ts";

export interface DriverPlace {
  /** Where its deployments are placed; left out for the server's own engine. */
  runtime?: PlacedRuntime;
  /** Default: a process of this machine has the event, and the driver sees when. */
  isBootSeen?: boolean;
}

/** What every runtime driver promises, wherever code runs and whatever keeps it in. */
export function describeDriver(
  name: string,
  create: () => Promise<RuntimeDriver>,
  { runtime, isBootSeen = true }: DriverPlace = {},
): void {
  describe(`a runtime driver: ${name}`, () => {
    const open: RuntimeDriver[] = [];
    const start = async () => {
      const driver = await create();
      open.push(driver);
      return driver;
    };
    const workflow = () => aMarkedTarget(runtime);
    const broken = () =>
      aTarget(
        { a: () => 1 },
        { top: 'throw new RangeError("not today");', ...(runtime === undefined ? {} : { runtime }) },
      );
    afterEach(async () => {
      await Promise.all(open.splice(0).map((driver) => driver.close()));
    });

    test("proves a bundle: it says what the bundle declares, and what keeps it from declaring", async () => {
      const driver = await start();
      const proven = (await driver.prove(workflow())) as { triggers: { handlerId: string }[] };
      expect(proven.triggers.map(({ handlerId }) => handlerId)).toContain("short");
      await expect(driver.prove(broken())).rejects.toMatchObject({
        code: "IMPORT_FAILED",
        message: expect.stringContaining("RangeError: not today"),
      });
    });

    test("runs a handler and reports its value or its error", async () => {
      const driver = await start();
      const target = workflow();
      expect(await returnedBy(runToEnd(driver, target, "loads"))).toBe(1);
      const input = { greeting: "hello", count: 3 };
      expect(await returnedBy(runToEnd(driver, target, "echo", { input }))).toEqual(input);
      expect(await runToEnd(driver, target, "fails")).toMatchObject({
        state: "failed",
        error: { code: "USER_ERROR", message: "no" },
      });
    });

    test("says once when a process has the event, before the handler runs, where it sees that", async () => {
      const driver = await start();
      const target = workflow();
      for (let run = 0; run < 2; run++) {
        const signs: string[] = [];
        const end = runToEnd(driver, target, "short", {
          onBegan: () => signs.push("began"),
          onLog: () => signs.push("handler"),
        });
        await returnedBy(end);
        expect(signs).toEqual(isBootSeen ? ["began", "handler"] : ["handler"]);
      }
    });

    test("a bundle that cannot be loaded is the run's error, and is tried again by the next", async () => {
      const driver = await start();
      const target = broken();
      for (let attempt = 0; attempt < 2; attempt++)
        await expect(runToEnd(driver, target, "a")).rejects.toMatchObject({ code: "IMPORT_FAILED" });
    });

    test("what was prepared for a run is there when it comes, and is prepared once", async () => {
      const driver = await start();
      const target = workflow();
      driver.prepare?.(target);
      driver.prepare?.(target);
      const mark = await returnedBy(runToEnd(driver, target, "mark"));
      driver.prepare?.(target);
      expect(await returnedBy(runToEnd(driver, target, "mark"))).toBe(mark);
      const unloadable = broken();
      driver.prepare?.(unloadable);
      await expect(runToEnd(driver, unloadable, "a")).rejects.toMatchObject({ code: "IMPORT_FAILED" });
    });

    test("runs of one deployment are under way at once, and none is lost", async () => {
      const driver = await start();
      const target = workflow();
      const begun = Array.from({ length: 5 }, () => Promise.withResolvers<void>());
      const ends = begun.map(({ resolve }, index) =>
        runToEnd(driver, target, "waits", { executionId: `exec_${index}`, onLog: () => resolve() }),
      );
      await Promise.all(begun.map(({ promise }) => promise));
      for (const index of ends.keys()) driver.cancel(`exec_${index}`);
      for (const end of ends) expect((await end).state).toBe("cancelled");
    });

    test("what is warm is used again, and the top level does not run again", async () => {
      const driver = await start();
      const target = workflow();
      const first = await returnedBy(runToEnd(driver, target, "mark"));
      expect(await returnedBy(runToEnd(driver, target, "mark"))).toBe(first);
      expect(await returnedBy(runToEnd(driver, target, "loads"))).toBe(1);
    });

    test("two deployments never share a process, not even of the same bundle", async () => {
      const driver = await start();
      const [one, two] = [workflow(), workflow()];
      const marks = await Promise.all(
        [one, two].map((target) => returnedBy(runToEnd(driver, target, "mark"))),
      );
      expect(marks[0]).not.toBe(marks[1]);
      expect(await returnedBy(runToEnd(driver, one, "loads"))).toBe(1);
      expect(await returnedBy(runToEnd(driver, two, "loads"))).toBe(1);
    });

    test("retiring a deployment lets its last run end, and one that comes after all runs", async () => {
      const driver = await start();
      const target = workflow();
      const begun = Promise.withResolvers<void>();
      const short = runToEnd(driver, target, "short", { onLog: () => begun.resolve() });
      await begun.promise;
      driver.retire(target.deploymentId);
      driver.retire(target.deploymentId);
      expect(await returnedBy(short)).toEqual(expect.any(Number));
      expect(await returnedBy(runToEnd(driver, target, "mark"))).toEqual(expect.any(Number));
    });

    test("a run is ended at its deadline, and the next one runs", async () => {
      const driver = await start();
      const target = workflow();
      await returnedBy(runToEnd(driver, target, "mark"));
      expect(await runToEnd(driver, target, "waits", { timeoutMs: 300 })).toMatchObject({
        state: "timed_out",
        error: { code: "RUN_TIMED_OUT" },
      });
      expect(await returnedBy(runToEnd(driver, target, "mark"))).toEqual(expect.any(Number));
    });

    test("a cancel ends its execution; the next run finds nothing of it", async () => {
      const driver = await start();
      const target = workflow();
      const before = await returnedBy(runToEnd(driver, target, "mark"));
      const begun = Promise.withResolvers<void>();
      const end = runToEnd(driver, target, "waits", { executionId: "exec_me", onLog: () => begun.resolve() });
      await begun.promise;
      driver.cancel("exec_other");
      driver.cancel("exec_me");
      expect(await end).toMatchObject({ state: "cancelled", error: { code: "RUN_CANCELLED" } });
      expect(await returnedBy(runToEnd(driver, target, "mark"))).not.toBe(before);
    });

    test("closing interrupts what runs, and nothing runs after it", async () => {
      const driver = await start();
      const begun = Promise.withResolvers<void>();
      const end = runToEnd(driver, workflow(), "waits", { onLog: () => begun.resolve() });
      await begun.promise;
      await driver.close();
      expect(await end).toMatchObject({ state: "interrupted", error: { code: "INTERRUPTED" } });
      await expect(runToEnd(driver, workflow(), "mark")).rejects.toMatchObject({ code: "SERVER_STOPPING" });
    });
  });
}
