import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { FileWatcher } from "./watch-files.ts";

let folder: string;
let watcher: FileWatcher;
let changed: PromiseWithResolvers<void>;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "floww-watch-"));
  changed = Promise.withResolvers();
  watcher = new FileWatcher(() => changed.resolve());
});
afterEach(async () => {
  watcher.close();
  await rm(folder, { recursive: true, force: true });
});

test("a file whose folder is not there yet is waited for, step by step", async () => {
  const file = join(folder, "rooms", "first.ts");
  watcher.watch([file]);
  await mkdir(join(folder, "rooms"));
  await changed.promise;
  changed = Promise.withResolvers();
  expect(watcher.watchMore([file])).toBe(true);
  expect(watcher.watchMore([file])).toBe(false);
  await writeFile(file, "");
  await changed.promise;
});

test("a watcher that is closed opens no watch any more, which would keep its process", () => {
  const watches = () => process.getActiveResourcesInfo().filter((name) => name === "FSEventWrap").length;
  watcher.close();
  const before = watches();
  expect(watcher.watchMore([join(folder, "lib.ts")])).toBe(false);
  expect(watches()).toBe(before);
});
