import { readFile } from "node:fs/promises";
import { join } from "node:path";

export interface Manifest {
  name: string;
  version: string;
  license: string;
  exports?: Record<string, string>;
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
}

export async function readManifest(folder: string): Promise<Manifest> {
  return JSON.parse(await readFile(join(folder, "package.json"), "utf8")) as Manifest;
}

/** Those that are not ours: what a packed package cannot carry inside. */
export function outsideDependencies({ dependencies = {} }: Manifest): Record<string, string> {
  return Object.fromEntries(Object.entries(dependencies).filter(([name]) => !name.startsWith("@floww/")));
}

/** The versions that a workspace pins. */
export function pinned(
  { name, dependencies = {} }: Manifest,
  ...wanted: readonly string[]
): Record<string, string> {
  return Object.fromEntries(
    wanted.map((dependency) => {
      const version = dependencies[dependency];
      if (version === undefined) throw new TypeError(`${name} does not depend on ${dependency}.`);
      return [dependency, version];
    }),
  );
}
