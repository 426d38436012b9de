import { describe } from "vitest";
import { describeDriver } from "../conformance.ts";
import type { Isolation } from "../driver.ts";
import { EXECUTOR_FILE } from "../test-workflow.ts";
import { createProcessDriver } from "./create-process-driver.ts";
import { hasBubblewrap } from "./has-bubblewrap.ts";
import { describeProcessPool, type PoolOptions } from "./pool-conformance.ts";

const create =
  (isolation: Isolation) =>
  (pool: PoolOptions = {}) =>
    createProcessDriver({ executorFile: EXECUTOR_FILE, path: process.env.PATH ?? "", isolation, pool });

describeProcessEngine("the process engine with Node's permission model", create("permission"));

describe.skipIf(!hasBubblewrap(process.env.PATH))("[needs bubblewrap]", () => {
  describeProcessEngine("the process engine in bubblewrap", create("bubblewrap"));
});

function describeProcessEngine(name: string, start: ReturnType<typeof create>): void {
  describeDriver(name, start);
  describeProcessPool(name, start);
}
