import { existsSync, type FSWatcher, watch } from "node:fs";
import { basename, dirname, sep } from "node:path";

/**
 * Editors write in bursts (truncate, write, rename): one change is many events, most of them within a millisecond. What a
 * slower burst says while its first files are being bundled makes that bundle stale.
 */
const SETTLE_MS = 2;

/**
 * Watches the files of the module graph, by their folders: an editor that saves by renaming a new file over the old one
 * would leave a watch on the file itself watching nothing. What lies in node_modules does not change while one works.
 */
export class FileWatcher {
  readonly #onChange: () => void;
  readonly #folders = new Map<string, FSWatcher>();
  #paths: ReadonlySet<string> = new Set();
  /** Names by the folder that they are in. */
  #files: ReadonlyMap<string, ReadonlySet<string>> = new Map();
  #settle: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  /** These files and no others. A file need not be there: then its coming is the change. */
  watch(files: Iterable<string>): void {
    // An update that was under way when the loop closed: a watch of it would keep the process for ever.
    if (this.#isClosed) return;
    this.#paths = new Set([...files].filter((file) => !file.includes(`${sep}node_modules${sep}`)));
    this.#files = namesByFolder(this.#paths);
    for (const [folder, watcher] of this.#folders) {
      if (this.#files.has(folder)) continue;
      watcher.close();
      this.#folders.delete(folder);
    }
    for (const folder of this.#files.keys()) this.#open(folder);
  }

  /** These files besides those that are watched. Answers whether that is more than before. */
  watchMore(files: readonly string[]): boolean {
    const before = this.#files;
    this.watch([...this.#paths, ...files]);
    return [...this.#files].some(([folder, names]) =>
      [...names].some((name) => before.get(folder)?.has(name) !== true),
    );
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#settle);
    for (const watcher of this.#folders.values()) watcher.close();
    this.#folders.clear();
  }

  #open(folder: string): void {
    if (this.#folders.has(folder)) return;
    const watcher = watch(folder, (_, name) => {
      if (name !== null && !this.#files.get(folder)?.has(name)) return;
      clearTimeout(this.#settle);
      this.#settle = setTimeout(this.#onChange, SETTLE_MS);
    });
    // A folder that goes away takes its watch along; the next build says what is missing.
    watcher.on("error", () => {
      watcher.close();
      this.#folders.delete(folder);
    });
    this.#folders.set(folder, watcher);
  }
}

function namesByFolder(paths: Iterable<string>): Map<string, Set<string>> {
  const files = new Map<string, Set<string>>();
  for (const path of paths) {
    const there = nearestPath(path);
    const names = files.get(dirname(there)) ?? new Set();
    files.set(dirname(there), names.add(basename(there)));
  }
  return files;
}

/** The path, or what of it has to come first: only a folder that is there can be watched. */
function nearestPath(path: string): string {
  let nearest = path;
  while (!existsSync(dirname(nearest))) nearest = dirname(nearest);
  return nearest;
}
