import { execFileSync } from "node:child_process";
import { mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { dependencyLayer } from "./dependency-layer.ts";
import { closureOf, nativePackages } from "./find-closure.ts";
import { readLockFile } from "./lock-file.ts";

async function aFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "floww-dependencies-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}

async function closureIn(dependencies: Record<string, string>) {
  const folder = await aFolder();
  await writeFile(
    join(folder, "package.json"),
    JSON.stringify({ name: "p", version: "1.0.0", dependencies }),
  );
  const args = ["install", "--package-lock-only", "--ignore-scripts", "--no-audit", "--no-fund"];
  execFileSync("npm", args, { cwd: folder, stdio: "ignore" });
  const locked = await readLockFile(folder);
  return closureOf(locked, nativePackages(locked));
}

// Packages of npm's own registry, installed by npm.
describe("dependencies from npm", () => {
  test("prebuilt addons become one layer, the same on another machine, and kept until they change", async () => {
    const closure = await closureIn({ "@node-rs/argon2": "2.0.2", bufferutil: "4.0.9" });
    const cache = await aFolder();
    const first = await dependencyLayer({ closure, architecture: "x64", cache });
    const names = execFileSync("tar", ["-tzf", first.file], { encoding: "utf8" });
    expect(names).toContain("node_modules/@node-rs/argon2-linux-x64-gnu/argon2.linux-x64-gnu.node");
    expect(names).toContain("node_modules/bufferutil/prebuilds/linux-x64/");
    expect(names).not.toContain("musl");
    const madeAt = (await stat(first.file)).mtimeMs;
    expect(await dependencyLayer({ closure, architecture: "x64", cache })).toEqual(first);
    expect((await stat(first.file)).mtimeMs).toBe(madeAt);
    expect(await readdir(cache)).toHaveLength(1);
    const elsewhere = await dependencyLayer({ closure, architecture: "x64", cache: await aFolder() });
    expect(elsewhere.diffId).toBe(first.diffId);
    const other = await dependencyLayer({ closure, architecture: "arm64", cache }).catch((error) => error);
    expect(other).toMatchObject({
      code: "DEPENDENCY_NEEDS_DOCKERFILE",
      message: expect.stringContaining("bufferutil"),
    });
  }, 240_000);

  test("an addon that has to be compiled is named", async () => {
    const closure = await closureIn({ "better-sqlite3": "12.2.0" });
    const cache = await aFolder();
    await expect(dependencyLayer({ closure, architecture: "x64", cache })).rejects.toMatchObject({
      code: "DEPENDENCY_NEEDS_DOCKERFILE",
      message: expect.stringContaining("better-sqlite3"),
    });
    expect(await readdir(cache)).toEqual([]);
  }, 240_000);
});
