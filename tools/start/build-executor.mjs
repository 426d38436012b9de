// The executor is always one built file, in the repository as in the published packages: a child starts with one read.
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

/** Builds packages/executor into its dist folder; a few milliseconds. */
export async function buildExecutor(root) {
  const { build } = await import("esbuild");
  const { outputFiles } = await build({
    write: false,
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
  const [{ path, contents }] = outputFiles;
  if ((await readFile(path).catch(() => undefined))?.equals(contents)) return;
  // Whole before it is seen: a server that runs starts its children with it.
  await mkdir(dirname(path), { recursive: true });
  const made = `${path}.${process.pid}`;
  await writeFile(made, contents);
  await rename(made, path);
}
