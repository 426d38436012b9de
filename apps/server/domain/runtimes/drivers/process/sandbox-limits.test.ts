import { randomUUID } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { limits } from "@floww/contract/limits";
import { afterEach, describe, expect, test } from "vitest";
import type { Isolation } from "../driver.ts";
import { aTarget, EXECUTOR_FILE, returnedBy, runToEnd } from "../test-workflow.ts";
import { findControlGroups } from "./control-groups.ts";
import { createProcessDriver } from "./create-process-driver.ts";
import { hasBubblewrap } from "./has-bubblewrap.ts";
import { until } from "./pool-conformance.ts";
import type { ProcessDriver } from "./process-driver.ts";
import { processFamily } from "./process-family.ts";

const greedy = () =>
  aTarget({
    memory: async (scope) => {
      scope.log("info", "filling");
      const kept: Buffer[] = [];
      // 16 GB outside of V8's heap, touched so that it is really there.
      for (let count = 0; count < 256; count++) {
        kept.push(Buffer.alloc(64 * 1024 * 1024, 1));
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      return kept.length;
    },
    heap: async () => {
      const kept: unknown[] = [];
      for (;;) {
        for (let step = 0; step < 1_000; step++) kept.push(new Array(1_000).fill(step));
        await null;
      }
    },
    waits: async (scope) => {
      scope.log("info", "waiting");
      await new Promise(() => undefined);
    },
    disk: () => {
      const { openSync, writeSync } = process.getBuiltinModule("node:fs");
      const file = openSync("/tmp/large", "w");
      const block = Buffer.alloc(1024 * 1024, 1);
      let written = 0;
      try {
        for (; written < 1024; written++) writeSync(file, block);
      } catch (error) {
        return { written, code: (error as NodeJS.ErrnoException).code };
      }
      return { written };
    },
    descriptors: () => {
      const { openSync } = process.getBuiltinModule("node:fs");
      let opened = 0;
      try {
        for (; opened < 10_000; opened++) openSync("/dev/null", "r");
      } catch (error) {
        return (error as NodeJS.ErrnoException).code;
      }
      return opened;
    },
    forks: async (scope, event) => {
      const { marker } = JSON.parse(Buffer.from(event.body).toString());
      const { spawn } = process.getBuiltinModule("node:child_process");
      const bomb = `// ${marker}
        const { spawn } = require("node:child_process");
        setInterval(() => spawn(process.execPath, ["-e", "setInterval(() => {}, 1000) // ${marker}"]).on("error", () => {}), 10);`;
      let failed = 0;
      for (let count = 0; count < 100; count++) {
        spawn(process.execPath, ["-e", bomb], { stdio: "ignore" }).on("error", () => {
          failed += 1;
        });
      }
      scope.log("info", "bombed");
      await new Promise((resolve) => setTimeout(resolve, 500));
      return failed;
    },
    fine: () => "fine",
  });

/** The limits of a driver; each test makes its own, because what it does to a machine must end with it. */
function describeLimits(isolation: Isolation, usesControlGroups: boolean): void {
  let driver: ProcessDriver;
  const start = async () => {
    driver = await createProcessDriver({
      executorFile: EXECUTOR_FILE,
      path: process.env.PATH ?? "",
      isolation,
      usesControlGroups,
    });
    return driver;
  };
  afterEach(() => driver.close());

  test("16 GB are lack of memory, charged to the run when it is alone; the next run finds a fresh process", async () => {
    await start();
    const target = greedy();
    const before = process.memoryUsage().rss;
    expect(await runToEnd(driver, target, "memory")).toMatchObject({
      state: "failed",
      error: { code: "OUT_OF_MEMORY" },
    });
    expect(await returnedBy(runToEnd(driver, target, "fine"))).toBe("fine");
    expect(process.memoryUsage().rss - before).toBeLessThan(100 * 1024 * 1024);
  });

  test("of several runs none is charged for the memory, and a neighbour's process stays", async () => {
    await start();
    const [target, neighbour] = [greedy(), greedy()];
    const begun = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const beside = runToEnd(driver, target, "waits", { onLog: () => begun[0]!.resolve() });
    const other = runToEnd(driver, neighbour, "waits", {
      executionId: "exec_other",
      onLog: () => begun[1]!.resolve(),
    });
    await Promise.all(begun.map(({ promise }) => promise));
    const memory = runToEnd(driver, target, "memory");
    for (const end of [beside, memory]) expect(await end).toMatchObject({ state: "interrupted" });
    driver.cancel("exec_other");
    expect(await other).toMatchObject({ state: "cancelled" });
  });

  test("a full heap is lack of memory", async () => {
    await start();
    expect(await runToEnd(driver, greedy(), "heap")).toMatchObject({
      state: "failed",
      error: { code: "OUT_OF_MEMORY" },
    });
  });

  test("10,000 descriptors are the process's own matter", async () => {
    await start();
    const before = readdirSync("/proc/self/fd").length;
    expect([10_000, "EMFILE", "ERR_ACCESS_DENIED"]).toContain(
      await returnedBy(runToEnd(driver, greedy(), "descriptors")),
    );
    expect(readdirSync("/proc/self/fd").length).toBeLessThan(before + 50);
  });
}

function describeSandboxLimits(usesControlGroups: boolean): void {
  describeLimits("bubblewrap", usesControlGroups);
  let driver: ProcessDriver;
  const start = async () => {
    driver = await createProcessDriver({
      executorFile: EXECUTOR_FILE,
      path: process.env.PATH ?? "",
      isolation: "bubblewrap",
      usesControlGroups,
    });
  };
  afterEach(() => driver?.close());

  if (usesControlGroups)
    test("all of its processes are in its group when its code comes", async () => {
      await start();
      const begun = Promise.withResolvers<void>();
      const end = runToEnd(driver, greedy(), "waits", {
        executionId: "exec_waits",
        onLog: () => begun.resolve(),
      });
      await begun.promise;
      const processes = processFamily(driver.pids[0]!);
      // Outside, its init, and node.
      expect(processes).toHaveLength(3);
      for (const pid of processes)
        expect(readFileSync(`/proc/${pid}/cgroup`, "utf8")).toMatch(/\/floww-\d+-\d+$/m);
      for (const [file, weight] of cpuWeights(processes[2]!))
        expect([file, weight]).toEqual([file, AN_EIGHTH[file]]);
      driver.cancel("exec_waits");
      await end;
    });

  test("a full /tmp is the sandbox's own matter", async () => {
    await start();
    const megabytes = limits.processTmpBytesMax / 1024 / 1024;
    const { written, code } = (await returnedBy(runToEnd(driver, greedy(), "disk"))) as {
      written: number;
      code: string;
    };
    expect(code).toBe("ENOSPC");
    expect(written).toBeLessThanOrEqual(megabytes);
  });

  test("a fork bomb is contained, and nothing of it is left", async () => {
    await start();
    const target = greedy();
    const marker = `bomb-${randomUUID()}`;
    let most = 0;
    const watch = setInterval(() => {
      most = Math.max(most, countMarked(marker));
    }, 20);
    const end = await runToEnd(driver, target, "forks", { input: { marker } });
    clearInterval(watch);
    // Control groups refuse what is too much; the watch sees it, and ends all of it.
    expect(end.state).toBe(usesControlGroups ? "completed" : "failed");
    expect(most).toBeLessThan(usesControlGroups ? limits.processPidsMax : 4 * limits.processPidsMax);
    await driver.close();
    await until(() => countMarked(marker) === 0);
  });
}

/** As much of a processor as what is not in a group gets: 1024 in version 1, 100 in version 2. */
const AN_EIGHTH: Record<string, string> = { "cpu.shares": "128", "cpu.weight": "12" };

/** What its group says of processors, where the machine lets such groups be made. */
function cpuWeights(pid: number): [file: string, weight: string][] {
  const lines = readFileSync(`/proc/${pid}/cgroup`, "utf8").split("\n");
  const group = (line: RegExp) =>
    lines.map((text) => text.match(line)?.[1]).find((path) => path !== undefined);
  const candidates: [string, string | undefined, string][] = [
    ["cpu.shares", group(/^\d+:(?:.*,)?cpu(?:,.*)?:(.*\/floww-.*)$/), "/sys/fs/cgroup/cpu"],
    ["cpu.weight", group(/^0::(.*\/floww-.*)$/), "/sys/fs/cgroup"],
  ];
  return candidates.flatMap(([file, path, root]) =>
    path !== undefined && existsSync(`${root}${path}/${file}`)
      ? [[file, readFileSync(`${root}${path}/${file}`, "utf8").trim()]]
      : [],
  );
}

/** Processes of this machine whose command line holds the marker. */
function countMarked(marker: string): number {
  return readdirSync("/proc").filter((name) => /^\d+$/.test(name) && commandLine(name).includes(marker))
    .length;
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "latin1");
  } catch {
    return ""; // gone meanwhile
  }
}

// Where groups cannot be written, the watch stands in: there is nothing to test, and nothing is skipped.
if (findControlGroups() !== undefined) {
  describe.skipIf(!hasBubblewrap(process.env.PATH))(
    "limits of a sandbox by control groups [needs bubblewrap]",
    () => describeSandboxLimits(true),
  );
}
describe.skipIf(!hasBubblewrap(process.env.PATH))(
  "limits of a sandbox without control groups [needs bubblewrap]",
  () => describeSandboxLimits(false),
);
describe("limits under the permission model", () => describeLimits("permission", false));
