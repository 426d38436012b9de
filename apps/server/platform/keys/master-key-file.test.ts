import { chmod, mkdtemp, readdir, readFile, rm, stat, truncate } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { readMasterKey } from "./master-key-file.ts";

let home: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "floww-keys-"));
});
afterEach(() => rm(home, { recursive: true, force: true }));

const create = () => readMasterKey(home, { mayCreate: true });

test("the first start makes a master key that only its user can read, and later starts read the same", async () => {
  const first = await create();
  expect((await stat(join(home, "master.key"))).mode & 0o777).toBe(0o600);
  expect(await create()).toEqual(first);
  expect(await readMasterKey(home, { mayCreate: false })).toEqual(first);
});

test("two servers that start at once agree on one master key", async () => {
  const masters = await Promise.all(Array.from({ length: 8 }, create));
  expect(new Set(masters.map((master) => master.toString("hex"))).size).toBe(1);
});

test("none is made for a database that has keys already", async () => {
  await expect(readMasterKey(home, { mayCreate: false })).rejects.toMatchObject({ code: "MASTER_KEY_WRONG" });
  expect(await readdir(home)).toEqual([]);
});

test("a truncated master key is refused and left as it is", async () => {
  await create();
  await truncate(join(home, "master.key"), 10);
  await expect(create()).rejects.toMatchObject({ code: "MASTER_KEY_INVALID" });
  expect(await readFile(join(home, "master.key"))).toHaveLength(10);
});

test("a master key that others can read is refused", async () => {
  await create();
  await chmod(join(home, "master.key"), 0o644);
  await expect(create()).rejects.toMatchObject({ code: "MASTER_KEY_INVALID" });
});
