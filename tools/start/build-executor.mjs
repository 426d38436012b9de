// The executor is always one built file, in the repository as in the published packages: a child starts with one read.
import { join } from "node:path";

/** Builds packages/executor into its dist folder; a few milliseconds. */
export async function buildExecutor(root) {
  const { build } = await import("esbuild");
  await build({
    absWorkingDir: root,
    entryPoints: [join("packages", "executor", "main.ts")],
    outfile: join("packages", "executor", "dist", "executor.mjs"),
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node24",
    minifyWhitespace: true,
    logLevel: "warning",
  });
}
