import { describe } from "vitest";
import { describeSandboxNetwork } from "../network-conformance.ts";
import { EXECUTOR_FILE } from "../test-workflow.ts";
import { createProcessDriver } from "./create-process-driver.ts";
import { hasBubblewrap } from "./has-bubblewrap.ts";

const path = process.env.PATH ?? "";

describe.skipIf(!hasBubblewrap(path))("[needs bubblewrap]", () => {
  describeSandboxNetwork("bubblewrap", (egress) =>
    createProcessDriver({ executorFile: EXECUTOR_FILE, path, isolation: "bubblewrap", egress }),
  );
});
