import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { writeSource } from "./write-source.ts";

let work: string;
let folder: string;
let outside: string;
beforeEach(async () => {
  work = await mkdtemp(join(tmpdir(), "floww-write-"));
  [folder, outside] = [join(work, "project"), join(work, "outside")];
  await mkdir(outside);
});
afterEach(() => rm(work, { recursive: true, force: true }));

const files = [
  { path: "main.ts", text: "new" },
  { path: "lib/deep/x.ts", text: "x" },
];
const read = (path: string) => readFile(join(folder, path), "utf8");

test("files are written with their folders, and what is the same already counts as unchanged", async () => {
  expect(await writeSource(folder, files, { overwrite: false })).toEqual({
    written: ["main.ts", "lib/deep/x.ts"],
    unchanged: [],
  });
  expect(await read("lib/deep/x.ts")).toBe("x");
  expect(await writeSource(folder, files, { overwrite: false })).toEqual({
    written: [],
    unchanged: ["main.ts", "lib/deep/x.ts"],
  });
});

test("one file in the way and nothing is written, unless that is asked for", async () => {
  await mkdir(folder);
  await writeFile(join(folder, "main.ts"), "mine");
  await expect(writeSource(folder, files, { overwrite: false })).rejects.toMatchObject({
    code: "FILES_DIFFER",
    message: expect.stringContaining("holds main.ts with another content."),
  });
  expect(await readdir(folder)).toEqual(["main.ts"]);
  expect(await read("main.ts")).toBe("mine");
  await writeSource(folder, files, { overwrite: true });
  expect(await read("main.ts")).toBe("new");
});

test.each([false, true])("a link that leads out is not followed (overwrite: %s)", async (overwrite) => {
  await mkdir(folder);
  await symlink(outside, join(folder, "lib"));
  await expect(writeSource(folder, files, { overwrite })).rejects.toThrow("outside of");
  expect(await readdir(outside)).toEqual([]);
});

test("a file that is a link is replaced, and what it pointed to stays", async () => {
  await mkdir(folder);
  await writeFile(join(outside, "precious"), "precious");
  await symlink(join(outside, "precious"), join(folder, "main.ts"));
  await expect(writeSource(folder, files, { overwrite: false })).rejects.toMatchObject({
    code: "FILES_DIFFER",
  });
  await writeSource(folder, files, { overwrite: true });
  expect(await readFile(join(outside, "precious"), "utf8")).toBe("precious");
  expect(await read("main.ts")).toBe("new");
});

test("a path upwards is refused, whoever let it through", async () => {
  const up = [{ path: "../outside/x.ts", text: "x" }];
  await expect(writeSource(folder, up, { overwrite: true })).rejects.toThrow("outside of");
  expect(await readdir(outside)).toEqual([]);
});

test("a file where a folder must be is said", async () => {
  await mkdir(folder);
  await writeFile(join(folder, "lib"), "a file");
  await expect(writeSource(folder, files, { overwrite: true })).rejects.toMatchObject({
    code: "INPUT_INVALID",
  });
});
