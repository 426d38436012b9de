import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { findStale } from "./find-stale.ts";
import { generators } from "./generators.ts";

const root = resolve(import.meta.dirname, "../..");

for (const file of await findStale(root, generators)) {
  await mkdir(dirname(join(root, file.path)), { recursive: true });
  await writeFile(join(root, file.path), file.expected);
  console.log(`${file.generator}: wrote ${file.path}`);
}
console.log(`${generators.length} generators, everything up to date`);
