import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { ExecutorProcess } from "@floww/executor/host";
import { describe, expect, test } from "vitest";
import { EXECUTOR_FILE } from "../test-workflow.ts";
import { bubblewrap } from "./bubblewrap.ts";
import { findControlGroups } from "./control-groups.ts";
import { hasBubblewrap } from "./has-bubblewrap.ts";

const program = (process.env.PATH ?? "")
  .split(delimiter)
  .map((folder) => join(folder, "bwrap"))
  .find((file) => existsSync(file));

describe.skipIf(!hasBubblewrap(process.env.PATH))("a sandbox [needs bubblewrap]", () => {
  for (const [how, groups] of [
    ["without control groups", undefined],
    ["with control groups, where there are any", findControlGroups()],
  ] as const) {
    test(`${how} that is killed while it starts ends, whatever it had come to`, async () => {
      const prepare = bubblewrap({ program: program!, executorFile: EXECUTOR_FILE, groups });
      // Its inner process is there after one to three milliseconds, and stands by itself a few later.
      const ends = Array.from({ length: 60 }, async (_, index) => {
        await delay(index * 20);
        const { child, go, ...surroundings } = prepare();
        const executor = new ExecutorProcess(child, surroundings);
        // One in three waits at its gate.
        if (index % 3 > 0) go();
        await delay((index % 12) / 2);
        executor.kill();
        await executor.closed;
      });
      expect(await Promise.all(ends)).toHaveLength(60);
    });
  }
});
