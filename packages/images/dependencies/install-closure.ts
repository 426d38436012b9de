import { spawn } from "node:child_process";
import { once } from "node:events";
import { access, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { FlowwError } from "@floww/contract/errors";
import type { Architecture } from "../image/read-base.ts";
import type { Closure } from "./find-closure.ts";

export interface InstallOptions {
  /** Empty; its node_modules is what came of it. */
  folder: string;
  architecture: Architecture;
  signal?: AbortSignal;
}

const OUTPUT_CHARACTERS_MAX = 2_000;

/**
 * Installs a closure for the runtime with npm, without any script of a package.
 * @throws FlowwError DEPENDENCIES_FAILED, DEPENDENCY_NEEDS_DOCKERFILE
 */
export async function installClosure(
  closure: Closure,
  { folder, architecture, signal }: InstallOptions,
): Promise<void> {
  const dependencies = Object.fromEntries(
    closure.roots.map((name) => [
      name,
      closure.packages.find(([path]) => path === `node_modules/${name}`)![1].version,
    ]),
  );
  const project = { name: "floww-runtime", version: "0.0.0", private: true, dependencies };
  await writeFile(join(folder, "package.json"), JSON.stringify(project));
  const packages = Object.fromEntries([
    ["", project],
    ...closure.packages.map(([path, locked]) => [path, production(locked)]),
  ]);
  const lock = { name: project.name, version: project.version, lockfileVersion: 3, requires: true, packages };
  await writeFile(join(folder, "package-lock.json"), JSON.stringify(lock));
  await runNpm(folder, architecture, signal);
  for (const [path, { hasInstallScript }] of closure.packages)
    if (hasInstallScript === true) await checkPrebuilt(folder, { path, architecture });
}

/** What the project needs for development only may be just what the runtime is given. */
function production<T extends object>(locked: T): T {
  return { ...locked, dev: undefined, devOptional: undefined, extraneous: undefined };
}

async function runNpm(
  folder: string,
  architecture: Architecture,
  signal: AbortSignal | undefined,
): Promise<void> {
  const target = ["--os=linux", `--cpu=${architecture}`, "--libc=glibc"];
  const quiet = [
    "--ignore-scripts",
    "--omit=dev",
    "--no-audit",
    "--no-fund",
    "--loglevel=error",
    "--no-update-notifier",
  ];
  const npm = spawn("npm", ["ci", ...quiet, ...target], {
    cwd: folder,
    stdio: ["ignore", "pipe", "pipe"],
    ...(signal === undefined ? {} : { signal }),
  });
  let output = "";
  const keep = (text: Buffer) => {
    output = `${output}${text}`.slice(-OUTPUT_CHARACTERS_MAX);
  };
  npm.stdout.on("data", keep);
  npm.stderr.on("data", keep);
  const [code] = (await once(npm, "close").catch((cause: unknown) => {
    throw new FlowwError("DEPENDENCIES_FAILED", "npm could not be started.", { cause });
  })) as [number | null];
  if (code !== 0) throw new FlowwError("DEPENDENCIES_FAILED", `npm ended with ${code}: ${output.trim()}`);
}

/** A package that compiles when it is installed has to bring what it would make, for this platform. */
async function checkPrebuilt(
  folder: string,
  { path, architecture }: { path: string; architecture: Architecture },
) {
  const at = join(folder, path);
  const manifest = await readFile(join(at, "package.json"), "utf8").catch(() => undefined);
  // Optional, and for another platform.
  if (manifest === undefined) return;
  const { scripts = {} } = JSON.parse(manifest) as { scripts?: Record<string, unknown> };
  const script = `${scripts.preinstall ?? ""} ${scripts.install ?? ""} ${scripts.postinstall ?? ""}`;
  const hasGyp = await access(join(at, "binding.gyp")).then(
    () => true,
    () => false,
  );
  if (!hasGyp && !/node-gyp|prebuild|node-pre-gyp|cmake-js/.test(script)) return;
  const prebuilt = await readdir(join(at, "prebuilds", `linux-${architecture}`)).catch(() => []);
  if (prebuilt.some((name) => name.endsWith(".node"))) return;
  throw new FlowwError(
    "DEPENDENCY_NEEDS_DOCKERFILE",
    `${path.slice(path.lastIndexOf("node_modules/") + 13)} has to be compiled: it brings nothing built for linux-${architecture}.`,
  );
}
