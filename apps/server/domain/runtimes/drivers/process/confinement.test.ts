import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { ExecutorProcess } from "@floww/executor/host";
import { expect, test } from "vitest";
import { aTarget, EXECUTOR_FILE } from "../test-workflow.ts";
import { findControlGroups } from "./control-groups.ts";
import { permissionModel } from "./permission-model.ts";
import { processFamily } from "./process-family.ts";

// Where groups cannot be written, the watch stands in: there is nothing to test, and nothing is skipped.
const groups = findControlGroups();

if (groups !== undefined) {
  test("a process is adopted with all that it has started, and what they start is born a member", async () => {
    const group = groups.create();
    // A child and a grandchild; another grandchild when it is told to.
    const script = "(sleep 60 & echo up; read -r go; sleep 60 & echo more; wait) & wait";
    const leader = spawn("/bin/sh", ["-c", `exec 3<&0; ${script.replace("read -r go", "read -r go <&3")}`]);
    await once(leader.stdout, "data");
    await group.adopt(leader.pid!);
    leader.stdin.write("go\n");
    await once(leader.stdout, "data");
    const family = processFamily(leader.pid!);
    expect(family).toHaveLength(4);
    for (const pid of family) expect(readFileSync(`/proc/${pid}/cgroup`, "utf8")).toContain("/floww-");
    const closed = once(leader, "close");
    group.kill();
    await closed;
    await group.remove();
  });
}

test("user code never comes into a process whose limits do not hold", async () => {
  const { child } = permissionModel({ executorFile: EXECUTOR_FILE, groups: undefined })();
  const executor = new ExecutorProcess(child, {
    confine: async () => {
      throw new Error("EACCES: permission denied");
    },
  });
  const target = aTarget({}, { top: "process.exit(7);" });
  await expect(executor.load(target, "run")).rejects.toMatchObject({
    code: "RUNTIME_UNAVAILABLE",
    message: "The process could not be put within its limits: EACCES: permission denied",
  });
  executor.kill();
  await executor.closed;
});
