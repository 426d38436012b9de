import { expect, test } from "vitest";
import { findClosure } from "./find-closure.ts";
import { parseLockFile } from "./lock-file.ts";

const integrity = "sha512-x";

function lock(packages: Record<string, object>) {
  return parseLockFile(JSON.stringify({ lockfileVersion: 3, packages }), "package-lock.json");
}

const project = lock({
  "": { dependencies: { floww: "1", plain: "1", addon: "1" }, devDependencies: { tool: "1" } },
  "node_modules/floww": { integrity, dependencies: { esbuild: "1" } },
  "node_modules/esbuild": { integrity, hasInstallScript: true },
  "node_modules/tool": { integrity, dev: true, hasInstallScript: true },
  "node_modules/plain": { integrity, dependencies: { shared: "2" } },
  "node_modules/plain/node_modules/shared": { integrity, version: "2.0.0" },
  "node_modules/shared": { integrity, version: "1.0.0" },
  "node_modules/addon": {
    integrity,
    dependencies: { shared: "1" },
    optionalDependencies: { "@a/linux": "1" },
  },
  "node_modules/@a/linux": { integrity, os: ["linux"], cpu: ["x64"] },
});

test("what is native in production is found with all it needs, and nothing of ours or of development", () => {
  const { roots, packages } = findClosure(project, [])!;
  expect(roots).toEqual(["addon"]);
  expect(packages.map(([path]) => path)).toEqual([
    "node_modules/@a/linux",
    "node_modules/addon",
    "node_modules/shared",
  ]);
});

test("a package named as external brings the version that it resolves to", () => {
  const { roots, packages } = findClosure(project, ["plain"])!;
  expect(roots).toEqual(["addon", "plain"]);
  expect(packages.map(([path]) => path)).toContain("node_modules/plain/node_modules/shared");
});

test("a change elsewhere in the lock file is not another closure; one inside is", () => {
  const changed = (path: string) => new Map([...project, [path, { integrity: "sha512-y" }]]);
  const { hash } = findClosure(project, [])!;
  expect(findClosure(changed("node_modules/tool"), [])!.hash).toBe(hash);
  expect(findClosure(changed("node_modules/shared"), [])!.hash).not.toBe(hash);
});

test("a project of plain JavaScript needs no layer", () => {
  const plain = lock({ "": { dependencies: { plain: "1" } }, "node_modules/plain": { integrity } });
  expect(findClosure(plain, [])).toBeUndefined();
});

test("names that lead elsewhere, and packages of no registry, are refused", () => {
  expect(() => lock({ "node_modules/../../evil": { integrity } })).toThrow(/not the name of a package/);
  expect(() => findClosure(project, ["../evil"])).toThrow(/not the name of a package/);
  expect(() => findClosure(project, ["absent"])).toThrow(/not in the project's own node_modules/);
  const linked = lock({ "": { dependencies: { here: "1" } }, "node_modules/here": { link: true } });
  expect(() => findClosure(linked, ["here"])).toThrow(/not a package of a registry/);
});
