import { posix } from "node:path";
import type { FileFacts, ImportFact } from "./read-facts.ts";

/** One import of one file. `to` is the file it names; `undefined` when it leaves the repository. */
export interface Arrow extends ImportFact {
  readonly from: string;
  readonly to: string | undefined;
}

export type Graph = ReadonlyMap<string, readonly Arrow[]>;

/** A workspace as its package.json describes it. */
export interface Workspace {
  readonly name: string;
  readonly folder: string;
  readonly exports: Readonly<Record<string, string>>;
}

export function buildGraph(files: readonly FileFacts[], workspaces: readonly Workspace[]): Graph {
  const paths = new Set(files.map((file) => file.path));
  const resolve = (from: string, specifier: string) =>
    specifier.startsWith(".")
      ? existing(posix.join(posix.dirname(from), specifier), paths)
      : resolveWorkspace(specifier, workspaces);
  return new Map(
    files.map(({ path, imports }) => [
      path,
      imports.map((fact) => ({ ...fact, from: path, to: resolve(path, fact.specifier) })),
    ]),
  );
}

/**
 * A relative import names its file; a path that has none is the compiler's to report, but its folder still says whose
 * it is.
 */
function existing(path: string, paths: ReadonlySet<string>): string {
  const candidates = [path, `${path}.ts`, `${path}.tsx`, `${path}/index.ts`];
  return candidates.find((candidate) => paths.has(candidate)) ?? path;
}

function resolveWorkspace(specifier: string, workspaces: readonly Workspace[]): string | undefined {
  const owner = workspaces.find(({ name }) => specifier === name || specifier.startsWith(`${name}/`));
  if (!owner) return undefined;
  const subpath = `.${specifier.slice(owner.name.length)}`;
  return posix.join(owner.folder, exportTarget(owner.exports, subpath) ?? subpath);
}

function exportTarget(exports: Workspace["exports"], subpath: string): string | undefined {
  const exact = exports[subpath];
  if (exact !== undefined) return exact;
  for (const [pattern, target] of Object.entries(exports)) {
    const [head = "", tail] = pattern.split("*");
    if (tail === undefined || !subpath.startsWith(head) || !subpath.endsWith(tail)) continue;
    return target.replaceAll("*", subpath.slice(head.length, subpath.length - tail.length));
  }
  return undefined;
}
