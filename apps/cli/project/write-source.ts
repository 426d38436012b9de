import { mkdir, readFile, realpath, rm, writeFile } from "node:fs/promises";
import { dirname, join, resolve, sep } from "node:path";
import { FlowwError } from "@floww/contract/errors";

export interface SourceFile {
  path: string;
  text: string;
}

export interface WrittenSource {
  written: string[];
  /** Were there already, just so. */
  unchanged: string[];
}

const SHOWN_MAX = 5;

/**
 * Writes files below a folder, all or none: what is there with another content stays, unless `overwrite`. The paths
 * came from elsewhere; a link that leads out of the folder is not followed.
 *
 * @throws FlowwError FILES_DIFFER, INPUT_INVALID
 */
export async function writeSource(
  folder: string,
  files: readonly SourceFile[],
  { overwrite }: { overwrite: boolean },
): Promise<WrittenSource> {
  await mkdir(folder, { recursive: true });
  const root = await realpath(folder);
  const written: SourceFile[] = [];
  const unchanged: string[] = [];
  const differing: string[] = [];
  for (const file of files) {
    await assertInside(root, file.path);
    const present = await readPresent(join(root, file.path));
    if (present === file.text) unchanged.push(file.path);
    else written.push(file);
    if (present !== undefined && present !== file.text) differing.push(file.path);
  }
  if (differing.length > 0 && !overwrite) {
    const more = differing.length > SHOWN_MAX ? ` and ${differing.length - SHOWN_MAX} more` : "";
    const shown = differing.slice(0, SHOWN_MAX).join(", ");
    throw new FlowwError("FILES_DIFFER", `${resolve(folder)} holds ${shown}${more} with another content.`);
  }
  for (const { path, text } of written) await replaceFile(join(root, path), text);
  return { written: written.map(({ path }) => path), unchanged };
}

/** The nearest folder of the path that is there already really lies below the root. */
async function assertInside(root: string, path: string): Promise<void> {
  for (let folder = dirname(join(root, path)); ; folder = dirname(folder)) {
    const real = await realpath(folder).catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return undefined;
      throw notWritable(path, error);
    });
    if (real === undefined) continue;
    if (real === root || real.startsWith(root.endsWith(sep) ? root : root + sep)) return;
    throw new FlowwError("INPUT_INVALID", `${path} would lie in ${real}, outside of ${root}.`, {
      fix: "Take the link away that leads there, or name another folder with --output.",
    });
  }
}

function readPresent(file: string): Promise<string | undefined> {
  return readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw notWritable(file, error);
  });
}

/** A link that has the file's name is replaced and not followed. */
async function replaceFile(file: string, text: string): Promise<void> {
  try {
    await mkdir(dirname(file), { recursive: true });
    await rm(file, { force: true });
    await writeFile(file, text, { flag: "wx" });
  } catch (error) {
    throw notWritable(file, error as NodeJS.ErrnoException);
  }
}

function notWritable(path: string, cause: NodeJS.ErrnoException): FlowwError {
  return new FlowwError("INPUT_INVALID", `${path} cannot be written: ${cause.code}.`, {
    cause,
    fix: "See what is there in its place, or name another folder with --output.",
  });
}
