import { expect, test } from "vitest";
import { closureOf, nativePackages } from "./find-closure.ts";
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
  "node_modules/@a/linux": { integrity, os: "linux", cpu: ["x64"] },
});

test("what is native in production is found with all it needs, and nothing of ours or of development", () => {
  expect(nativePackages(project)).toEqual(["addon"]);
  const { roots, packages } = closureOf(project, nativePackages(project));
  expect(roots).toEqual(["addon"]);
  expect(packages.map(([path]) => path)).toEqual([
    "node_modules/@a/linux",
    "node_modules/addon",
    "node_modules/shared",
  ]);
});

test("a package named as external brings the version that it resolves to", () => {
  const { roots, packages } = closureOf(project, ["plain", "addon", "plain"]);
  expect(roots).toEqual(["addon", "plain"]);
  expect(packages.map(([path]) => path)).toContain("node_modules/plain/node_modules/shared");
});

test("a change elsewhere in the lock file is not another closure; one inside is", () => {
  const changed = (path: string) => new Map([...project, [path, { integrity: "sha512-y" }]]);
  const { hash } = closureOf(project, ["addon"]);
  expect(closureOf(changed("node_modules/tool"), ["addon"]).hash).toBe(hash);
  expect(closureOf(changed("node_modules/shared"), ["addon"]).hash).not.toBe(hash);
});

test("a project of plain JavaScript has nothing native", () => {
  const plain = lock({ "": { dependencies: { plain: "1" } }, "node_modules/plain": { integrity } });
  expect(nativePackages(plain)).toEqual([]);
});

test("names that lead elsewhere, and packages of no registry, are refused", () => {
  expect(() => lock({ "node_modules/../../evil": { integrity } })).toThrow(/not the name of a package/);
  expect(() => closureOf(project, ["../evil"])).toThrow(/not the name of a package/);
  expect(() => closureOf(project, ["absent"])).toThrow(/not in the project's own node_modules/);
  const linked = lock({ "": { dependencies: { here: "1" } }, "node_modules/here": { link: true } });
  expect(() => closureOf(linked, ["here"])).toThrow(/not a package of a registry/);
});
