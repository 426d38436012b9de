import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

export interface SourceFile {
  /** From the repository root, with `/` on every platform. */
  readonly path: string;
  readonly text: string;
}

const NOT_OURS = new Set(["node_modules", "dist", "coverage"]);
const SOURCE = /\.(ts|tsx|mts|mjs|js)$/;

/** Every source file under `root`, sorted. Walks the disk instead of asking git: an unpacked archive has no git. */
export async function readSourceFiles(root: string): Promise<SourceFile[]> {
  const paths = await listPaths(root, "");
  return Promise.all(
    paths.sort().map(async (path) => ({ path, text: await readFile(join(root, path), "utf8") })),
  );
}

/** A suite or what only suites load: measured and allowed differently from what runs at a user's. */
export function isTestFile(path: string): boolean {
  return /(\.test|\.parts)\.tsx?$|(^|\/)conformance\.ts$/.test(path) || /^(tests|bench|chaos)\//.test(path);
}

export function isGenerated(path: string): boolean {
  return /\.gen\.tsx?$|\.d\.ts$|\/generated\//.test(path);
}

async function listPaths(root: string, folder: string): Promise<string[]> {
  const entries = await readdir(join(root, folder), { withFileTypes: true });
  const found = await Promise.all(
    entries.map(async (entry) => {
      const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
      if (entry.name.startsWith(".") || NOT_OURS.has(entry.name)) return [];
      if (entry.isDirectory()) return listPaths(root, path);
      return entry.isFile() && SOURCE.test(entry.name) ? [path] : [];
    }),
  );
  return found.flat();
}
