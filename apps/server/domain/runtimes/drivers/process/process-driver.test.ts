import { describe } from "vitest";
import { type DriverOptions, describeDriver } from "../conformance.ts";
import type { Isolation } from "../driver.ts";
import { EXECUTOR_FILE } from "../test-workflow.ts";
import { createProcessDriver } from "./create-process-driver.ts";
import { hasBubblewrap } from "./has-bubblewrap.ts";

const create =
  (isolation: Isolation) =>
  (pool: DriverOptions = {}) =>
    createProcessDriver({ executorFile: EXECUTOR_FILE, path: process.env.PATH ?? "", isolation, pool });

describeDriver("the process engine with Node's permission model", create("permission"));

describe.skipIf(!hasBubblewrap(process.env.PATH))("[needs bubblewrap]", () => {
  describeDriver("the process engine in bubblewrap", create("bubblewrap"));
});
