import { expect, test } from "vitest";
import { aTarget, EXECUTOR_FILE, returnedBy, runToEnd } from "../test-workflow.ts";
import { createProcessDriver } from "./create-process-driver.ts";

test("a run whose process is killed before it has loaded gets another one", async () => {
  const driver = await createProcessDriver({
    executorFile: EXECUTOR_FILE,
    path: process.env.PATH ?? "",
    isolation: "permission",
  });
  try {
    const target = aTarget({ answer: () => 42 });
    let kills = 0;
    const bundle = async () => {
      // Asked for while the process boots.
      if (kills++ === 0) for (const pid of driver.pids) process.kill(pid, "SIGKILL");
      return target.bundle();
    };
    expect(await returnedBy(runToEnd(driver, { ...target, bundle }, "answer"))).toBe(42);
    expect(kills).toBe(2);
  } finally {
    await driver.close();
  }
});
