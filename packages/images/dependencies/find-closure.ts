import { createHash } from "node:crypto";
import { FlowwError } from "@floww/contract/errors";
import { isPackageName, type Locked, type LockedPackage } from "./lock-file.ts";

export interface Closure {
  /** Names of what is asked for, sorted. */
  roots: string[];
  /** All that they need, by path, sorted. */
  packages: [string, LockedPackage][];
  /** Of all that says what is installed. */
  hash: string;
}

/** Ours: their code is bundled or stays on the laptop, whatever they depend on. */
const OURS = new Set(["floww", "@floww/server", "@floww/sdk"]);

/** What of a project's production dependencies is native, by name, sorted: what it runs is not JavaScript alone. */
export function nativePackages(locked: Locked): string[] {
  const project = locked.get("") ?? {};
  const direct = Object.keys({ ...project.dependencies, ...project.optionalDependencies });
  const production = reach(
    locked,
    direct.filter((name) => !OURS.has(name)),
  );
  const native = [...production].flatMap((path) => (isNative(locked, path) ? [nameOf(path)] : []));
  return [...new Set(native)].sort();
}

/** Packages with all that they need. @throws FlowwError LOCK_FILE_INVALID */
export function closureOf(locked: Locked, names: readonly string[]): Closure {
  const roots = [...new Set(names)].sort();
  for (const name of roots) checkRoot(locked, name);
  const packages = [...reach(locked, roots)]
    .sort()
    .map((path) => [path, locked.get(path)!] as [string, LockedPackage]);
  for (const [path, { integrity, link }] of packages)
    if (integrity === undefined || link === true)
      throw new FlowwError(
        "LOCK_FILE_INVALID",
        `${path} is not a package of a registry with its integrity, and cannot be installed for the runtime.`,
      );
  const hash = createHash("sha256").update(JSON.stringify({ roots, packages })).digest("hex");
  return { roots, packages, hash };
}

function checkRoot(locked: Locked, name: string): void {
  if (!isPackageName(name))
    throw new FlowwError("LOCK_FILE_INVALID", `${JSON.stringify(name)} is not the name of a package.`);
  if (locked.has(`node_modules/${name}`)) return;
  throw new FlowwError(
    "LOCK_FILE_INVALID",
    `${name} is not in the project's own node_modules by its lock file.`,
    {
      fix: `Add it to the project: \`npm install ${name}\`.`,
    },
  );
}

/** An install script, or optional packages for one platform each: what it runs is not JavaScript alone. */
function isNative(locked: Locked, path: string): boolean {
  const { hasInstallScript, optionalDependencies = {} } = locked.get(path)!;
  if (hasInstallScript === true) return true;
  return Object.keys(optionalDependencies).some((name) => {
    const found = locked.get(resolve(locked, path, name) ?? "");
    return found?.cpu !== undefined && found.os !== undefined;
  });
}

function reach(locked: Locked, roots: readonly string[]): Set<string> {
  const found = new Set<string>();
  const waiting: [from: string, name: string][] = roots.map((name) => ["", name]);
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const path = resolve(locked, ...next);
    if (path === undefined || found.has(path)) continue;
    found.add(path);
    const { dependencies, optionalDependencies, peerDependencies } = locked.get(path)!;
    for (const name of Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies }))
      waiting.push([path, name]);
  }
  return found;
}

/** As Node looks for it: in the package's own folder, then in each above it. */
function resolve(locked: Locked, from: string, name: string): string | undefined {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf("node_modules/") - 1))) {
    const path = `${folder === "" ? "" : `${folder}/`}node_modules/${name}`;
    if (locked.has(path)) return path;
    if (folder === "") return undefined;
  }
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length);
}
