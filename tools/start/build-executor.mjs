// The executor is always one built file, in the repository as in the published packages: a child starts with one read.
import { join } from "node:path";

/** Builds packages/executor into its dist folder; a few milliseconds. */
export async function buildExecutor(root) {
  const { build } = await import("esbuild");
  await build({
    absWorkingDir: root,
    entryPoints: [join("packages", "executor", "main.ts")],
    outfile: join("packages", "executor", "dist", "executor.cjs"),
    bundle: true,
    platform: "node",
    // A CommonJS entry is up some milliseconds before a module is, and each cold start waits for it.
    format: "cjs",
    target: "node24",
    minifyWhitespace: true,
    logLevel: "warning",
  });
}
