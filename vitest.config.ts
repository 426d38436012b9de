import { defineConfig } from "vitest/config";
import { LongFirst } from "./tests/setup/long-first.ts";

const SECOND = 1000;
// The executor that runtimes start, and the PostgreSQL whose template the test files copy.
const GLOBAL_SETUP = ["tests/setup/global-setup.ts", "apps/server/testing/test-cluster.ts"];

export default defineConfig({
  test: {
    include: ["**/*.test.ts"],
    exclude: ["**/node_modules/**", "**/dist/**", "**/.floww/**"],
    globalSetup: GLOBAL_SETUP,
    // Real processes and sockets are under test: a suite gets a process of its own, and a test that fails once has failed.
    pool: "forks",
    // One more than the two cores: whole-process suites wait for others more than they work.
    maxWorkers: 3,
    sequence: { sequencer: LongFirst },
    retry: 0,
    // Ten times what the longest need here: whole servers are started, several in a test, on whatever machine that is.
    testTimeout: 120 * SECOND,
    hookTimeout: 120 * SECOND,
  },
});
