import { existsSync } from "node:fs";
import { defineConfig } from "vitest/config";

const SECOND = 1000;
const GLOBAL_SETUP = "tests/setup/global-setup.ts";

export default defineConfig({
  test: {
    include: ["**/*.test.ts"],
    exclude: ["**/node_modules/**", "**/dist/**", "**/.floww/**"],
    globalSetup: existsSync(`${import.meta.dirname}/${GLOBAL_SETUP}`) ? [GLOBAL_SETUP] : [],
    // Real processes and sockets are under test: a suite gets a process of its own, and a test that fails once has failed.
    pool: "forks",
    maxWorkers: 2,
    retry: 0,
    testTimeout: 30 * SECOND,
    hookTimeout: 60 * SECOND,
  },
});
