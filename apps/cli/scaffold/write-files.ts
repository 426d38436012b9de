import { mkdir, readdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { FlowwError } from "@floww/contract/errors";

/** What a folder may hold and still count as empty: the beginnings of a repository. */
const HARMLESS = new Set([".git", ".gitignore", ".DS_Store", "README.md", "LICENSE"]);

/** @throws FlowwError FOLDER_NOT_EMPTY */
export async function assertEmpty(folder: string): Promise<void> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    if (error.code === "ENOTDIR")
      throw new FlowwError("INPUT_INVALID", `${folder} is a file.`, { fix: "Name a folder." });
    throw error;
  });
  const inTheWay = names.filter((name) => !HARMLESS.has(name));
  if (inTheWay.length === 0) return;
  const shown = inTheWay.slice(0, 3).join(", ");
  throw new FlowwError(
    "FOLDER_NOT_EMPTY",
    `${folder} is not empty: it holds ${shown}${inTheWay.length > 3 ? " and more" : ""}.`,
  );
}

/** What is there already stays unless `overwrite`; answers the names of what stayed. */
export async function writeFiles(
  folder: string,
  files: Readonly<Record<string, string>>,
  { overwrite }: { overwrite: boolean },
): Promise<string[]> {
  const kept: string[] = [];
  for (const [path, text] of Object.entries(files)) {
    const file = join(folder, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text, { flag: overwrite ? "w" : "wx" }).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "EEXIST") throw error;
      kept.push(path);
    });
  }
  return kept;
}
