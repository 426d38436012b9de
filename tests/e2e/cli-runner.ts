import { spawn } from "node:child_process";
import { copyFile, mkdir, mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { bundleProgram } from "../../tools/pack/bundle.ts";
import { homeEnvironment } from "./home-environment.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

export interface CliEnd {
  stdout: string;
  stderr: string;
  exitCode: number | null;
}

/** The command line built to one file, as it is packed: it starts four times as fast as from source. */
export async function buildCli(): Promise<{ file: string } & AsyncDisposable> {
  // Inside the repository, where it finds esbuild.
  await mkdir(join(root, "dist"), { recursive: true });
  const folder = await mkdtemp(join(root, "dist", "cli-"));
  const file = join(folder, "main.mjs");
  await bundleProgram(root, { entry: "apps/cli/main.ts", outfile: file, external: ["esbuild"] });
  await copyFile(join(root, "packages/executor/dist/executor.cjs"), join(folder, "executor.cjs"));
  return { file, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
}

/** Runs the command line with nobody at the keyboard, in an environment of its own. */
export function runCli(
  file: string,
  args: string[],
  {
    home,
    cwd,
    env = {},
    input = "",
  }: { home: string; cwd?: string; env?: Record<string, string>; input?: string },
): Promise<CliEnd> {
  const child = spawn(process.execPath, [file, ...args], {
    cwd: cwd ?? home,
    env: { ...homeEnvironment(home), TZ: "UTC", ...env },
    stdio: "pipe",
  });
  child.stdin.end(input);
  const texts = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    child[name].setEncoding("utf8").on("data", (text: string) => {
      texts[name] += text;
    });
  }
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (exitCode) => resolve({ ...texts, exitCode }));
  });
}

/** What differs from run to run, by a name: ids, addresses, times, folders. */
export function mask(text: string, folders: Readonly<Record<string, string>> = {}): string {
  let masked = text;
  for (const [name, path] of Object.entries(folders)) masked = masked.replaceAll(path, `<${name}>`);
  return (
    masked
      .replaceAll(/\b(ns|wf|dep|trg|exe|key|org|prv)_[0-9a-z]{26}\b/g, "$1_ID")
      .replaceAll(/\/webhook\/((?:prv|dev)_)?[\w-]{24}/g, "/webhook/$1KEY")
      .replaceAll(/127\.0\.0\.1([:_])\d+/g, "127.0.0.1$1PORT")
      .replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/g, "DATE TIME")
      .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g, "INSTANT")
      .replaceAll(/\d\d:\d\d:\d\d\.\d{3}/g, "CLOCK")
      .replaceAll(/\b\d+ ms\b/g, "N ms")
      .replaceAll(/\b\d+(\.\d)? s\b/g, "N s")
      .replaceAll(/\b\d+ kB\b/g, "N kB")
      .replaceAll(/…[0-9a-z]{6}\b/g, "…ID")
      // Columns are as wide as what was masked; indents and the caret under a line of code stay.
      .replaceAll(/(?<=[^\s|]) {2,}/g, "  ")
  );
}
