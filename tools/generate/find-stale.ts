import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Generator } from "./generator.ts";

export interface StaleFile {
  readonly generator: string;
  readonly path: string;
  readonly expected: string;
  /** `undefined`: the file does not exist yet. */
  readonly committed: string | undefined;
}

/** The generated files whose committed content is not what their generator makes today. */
export async function findStale(root: string, generators: readonly Generator[]): Promise<StaleFile[]> {
  const stale: StaleFile[] = [];
  for (const generator of generators) {
    for (const [path, expected] of await generator.outputs()) {
      const committed = await readFile(join(root, path), "utf8").catch(undefinedWhenMissing);
      if (committed !== expected) stale.push({ generator: generator.name, path, expected, committed });
    }
  }
  return stale;
}

function undefinedWhenMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== "ENOENT") throw error;
}
