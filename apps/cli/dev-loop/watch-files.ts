import { type FSWatcher, watch } from "node:fs";
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
  #files = new Map<string, Set<string>>();
  #settle: NodeJS.Timeout | undefined;

  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  watch(files: readonly string[]): void {
    const own = files.filter((file) => !file.includes(`${sep}node_modules${sep}`));
    this.#files = new Map();
    for (const file of own) {
      const names = this.#files.get(dirname(file)) ?? new Set();
      this.#files.set(dirname(file), names.add(basename(file)));
    }
    for (const [folder, watcher] of this.#folders) {
      if (this.#files.has(folder)) continue;
      watcher.close();
      this.#folders.delete(folder);
    }
    for (const folder of this.#files.keys()) this.#open(folder);
  }

  close(): void {
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
