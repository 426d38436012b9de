import { existsSync, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { ExecutorProcess } from "@floww/executor/host";
import { describe, expect, test } from "vitest";
import { EXECUTOR_FILE } from "../test-workflow.ts";
import { bubblewrap } from "./bubblewrap.ts";
import { hasBubblewrap } from "./has-bubblewrap.ts";
import { processFamily } from "./process-family.ts";
import { SandboxAhead } from "./sandbox-ahead.ts";
import type { PreparedExecutor } from "./spawn-executor.ts";

const program = (process.env.PATH ?? "")
  .split(delimiter)
  .map((folder) => join(folder, "bwrap"))
  .find((file) => existsSync(file));

const PATIENCE = { timeout: 10_000 };

describe.skipIf(!hasBubblewrap(process.env.PATH))("a sandbox that is set up ahead [needs bubblewrap]", () => {
  /** What was prepared, in order. */
  function ahead(): { sandboxes: SandboxAhead; prepared: PreparedExecutor[] } {
    const prepare = bubblewrap({ program: program!, executorFile: EXECUTOR_FILE, groups: undefined });
    const prepared: PreparedExecutor[] = [];
    const sandboxes = new SandboxAhead(() => {
      const sandbox = prepare();
      prepared.push(sandbox);
      return sandbox;
    });
    return { sandboxes, prepared };
  }

  async function boot(sandboxes: SandboxAhead): Promise<number> {
    const { child, ...surroundings } = sandboxes.start();
    const executor = new ExecutorProcess(child, surroundings);
    await executor.ready();
    executor.kill();
    await executor.closed;
    return child.pid!;
  }

  /** A dead one may stay on the list until its machine's first process looks. */
  function isAlive(pid: number): boolean {
    try {
      return !/\) [ZX]/.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
    } catch {
      return false;
    }
  }

  const pidOf = (sandbox: PreparedExecutor | undefined) => sandbox?.child.pid;

  test("has nothing in it until it is wanted, and then is the one that is given", async () => {
    const { sandboxes, prepared } = ahead();
    expect(await boot(sandboxes)).toBe(pidOf(prepared[0]));
    await expect.poll(() => prepared.length, PATIENCE).toBe(2);
    const waiting = pidOf(prepared[1])!;
    // Outside, and its init: no node.
    await expect.poll(() => processFamily(waiting).length, PATIENCE).toBe(2);
    expect(await boot(sandboxes)).toBe(waiting);
    await sandboxes.close();
  });

  test("is replaced when it was killed, and missed by nobody", async () => {
    const { sandboxes, prepared } = ahead();
    await boot(sandboxes);
    await expect.poll(() => prepared.length, PATIENCE).toBe(2);
    process.kill(pidOf(prepared[1])!, "SIGKILL");
    await prepared[1]!.gone;
    expect(await boot(sandboxes)).toBe(pidOf(prepared[2]));
    await sandboxes.close();
  });

  test("ends with its driver", async () => {
    const { sandboxes, prepared } = ahead();
    await boot(sandboxes);
    await expect.poll(() => prepared.length, PATIENCE).toBe(2);
    const waiting = pidOf(prepared[1])!;
    await expect.poll(() => processFamily(waiting).length, PATIENCE).toBe(2);
    const family = processFamily(waiting);
    await sandboxes.close();
    // The kernel closes a dying process's files, by which its end is heard, before it calls the process dead.
    await expect.poll(() => family.filter(isAlive), PATIENCE).toEqual([]);
  });
});
