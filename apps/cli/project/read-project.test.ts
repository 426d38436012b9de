import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { readProject } from "./read-project.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "floww-project-"));
});
afterEach(() => rm(folder, { recursive: true }));

const read = async (text: string) => {
  await writeFile(join(folder, "floww.yaml"), text);
  return readProject(folder);
};

const ofBuild = (build: string) => read(`name: x\nbuild: ${build}\n`);

test("what floww.yaml says of the runtime goes along; most say nothing", async () => {
  expect(await read("name: shop")).toMatchObject({ runtime: {} });
  const runtime = { driver: "lambda", memoryMb: 512, architecture: "arm64" };
  expect(await read(`name: shop\nruntime: ${JSON.stringify(runtime)}`)).toMatchObject({ runtime });
});

test.each([
  ["{driver: heroku}", "runtime.driver"],
  ["{memoryMb: 64}", "runtime.memoryMb"],
  ["{memory: 512}", "runtime"],
  ["lambda", "runtime"],
  ['{image: "shop:latest"}', "runtime.image"],
])("a runtime that means nothing is refused, with what it knows: %s", async (runtime, place) => {
  await expect(read(`name: shop\nruntime: ${runtime}`)).rejects.toMatchObject({
    code: "PROJECT_INVALID",
    message: expect.stringContaining(`${place}: `),
    fix: expect.stringContaining("driver (process, docker, lambda)"),
  });
});

test("build says what the runtime's image is made of", async () => {
  expect((await ofBuild("{external: [sharp], architecture: arm64}")).build).toEqual({
    external: ["sharp"],
    architecture: "arm64",
  });
  expect((await ofBuild("")).build).toEqual({});
});

test("what build cannot mean is named", async () => {
  await expect(ofBuild("{architecture: mips}")).rejects.toThrow(/build\.architecture/);
  await expect(ofBuild("{externals: [sharp]}")).rejects.toThrow(/externals/);
  await expect(ofBuild("{dockerfile: Dockerfile, external: [sharp]}")).rejects.toThrow(
    /a dockerfile says itself/,
  );
  await expect(ofBuild("{context: .}")).rejects.toThrow(/go with a `dockerfile`/);
});
