import { chmod, mkdtemp, readFile, rm, stat, truncate } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openKeyRing } from "./key-ring.ts";

let home: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "floww-keys-"));
});
afterEach(() => rm(home, { recursive: true, force: true }));

test("the first start makes a master key that only its user can read, and later starts derive the same keys", async () => {
  const first = (await openKeyRing(home)).deriveKey("cookies");
  expect((await stat(join(home, "master.key"))).mode & 0o777).toBe(0o600);
  const ring = await openKeyRing(home);
  expect(ring.deriveKey("cookies")).toEqual(first);
  expect(ring.deriveKey("secrets")).not.toEqual(first);
});

test("two servers that start at once agree on one master key", async () => {
  const rings = await Promise.all(Array.from({ length: 8 }, () => openKeyRing(home)));
  expect(new Set(rings.map((ring) => ring.deriveKey("x").toString("hex"))).size).toBe(1);
});

test("a truncated master key is refused and left as it is", async () => {
  await openKeyRing(home);
  await truncate(join(home, "master.key"), 10);
  await expect(openKeyRing(home)).rejects.toMatchObject({ code: "MASTER_KEY_INVALID" });
  expect(await readFile(join(home, "master.key"))).toHaveLength(10);
});

test("a master key that others can read is refused", async () => {
  await openKeyRing(home);
  await chmod(join(home, "master.key"), 0o644);
  await expect(openKeyRing(home)).rejects.toMatchObject({ code: "MASTER_KEY_INVALID" });
});
