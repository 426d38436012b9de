import { readdir, readFile } from "node:fs/promises";
import { extname, join } from "node:path";

/** One built file, as a browser may have it. */
export interface StaticFile {
  type: string;
  /** Its name holds a hash of what is in it: a browser may keep it for ever. */
  isImmutable: boolean;
  plain(): Promise<Buffer>;
  /** Undefined where it was not worth compressing. */
  gzip: (() => Promise<Buffer>) | undefined;
}

/** A built single-page application: its one page, and the files that the page asks for. */
export interface BuiltSite {
  page: string;
  files: ReadonlyMap<string, StaticFile>;
}

const TYPES: Record<string, string> = {
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
};

/** What bundlers name by content. */
const HASHED_FOLDER = "assets";

/**
 * The files that may be asked for, by URL path: listed once, so that no path of a request ever reaches the disk. Their bytes
 * are read when somebody asks, for a browser asks once. Undefined when there is no such folder.
 */
export async function listStaticFiles(folder: string): Promise<ReadonlyMap<string, StaticFile> | undefined> {
  const files = new Map<string, StaticFile>();
  try {
    for (const [prefix, isImmutable] of [
      ["", false],
      [`${HASHED_FOLDER}/`, true],
    ] as const) {
      const names = new Set(await readdir(join(folder, prefix)));
      for (const name of names) {
        const type = TYPES[extname(name)];
        if (type === undefined) continue;
        const file = join(folder, prefix, name);
        files.set(`/${prefix}${name}`, {
          type,
          isImmutable,
          plain: () => readFile(file),
          gzip: names.has(`${name}.gz`) ? () => readFile(`${file}.gz`) : undefined,
        });
      }
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
  return files;
}
