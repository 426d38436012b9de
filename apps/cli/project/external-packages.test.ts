import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { externalPackages } from "./external-packages.ts";

async function aProject(lock: object | undefined): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "floww-external-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  if (lock !== undefined) await writeFile(join(folder, "package-lock.json"), JSON.stringify(lock));
  return folder;
}

const packages = {
  "": { dependencies: { addon: "1", plain: "1" } },
  "node_modules/addon": { integrity: "x", hasInstallScript: true },
  "node_modules/plain": { integrity: "x" },
};

test("what is native stays out of the bundle, with what floww.yaml names", async () => {
  const folder = await aProject({ lockfileVersion: 3, packages });
  expect(await externalPackages({ folder, build: {} })).toEqual(["addon"]);
  expect(await externalPackages({ folder, build: { external: ["plain"] } })).toEqual(["addon", "plain"]);
});

test.each([
  ["none", undefined],
  ["one of an old npm", { lockfileVersion: 1, dependencies: {} }],
  ["one that is no lock file", []],
])("a project whose lock file is %s is bundled as ever", async (_, lock) => {
  const folder = await aProject(lock);
  expect(await externalPackages({ folder, build: { external: ["named"] } })).toEqual(["named"]);
});
