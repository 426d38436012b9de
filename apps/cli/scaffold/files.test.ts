import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { scaffoldFiles, scaffoldVersions } from "./files.ts";

const options = { name: "Hello", description: 'a: "b"\n#c', floww: "file:../floww.tgz", server: undefined };

test("a new project starts with the versions that this repository is checked with", async () => {
  const root = JSON.parse(await readFile(new URL("../../../package.json", import.meta.url), "utf8"));
  expect(root.devDependencies).toMatchObject(scaffoldVersions);
});

test("any description survives floww.yaml, and the package's name is one npm takes", () => {
  const files = scaffoldFiles(options);
  expect(parse(files["floww.yaml"]!)).toMatchObject({ name: "Hello", description: options.description });
  expect(JSON.parse(files["package.json"]!)).toMatchObject({
    name: "hello",
    dependencies: { floww: options.floww },
  });
});

test("the first file a newcomer reads is short", () => {
  expect(scaffoldFiles(options)["main.ts"]!.trimEnd().split("\n").length).toBeLessThanOrEqual(40);
});
