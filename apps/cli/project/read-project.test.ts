import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { readProject } from "./read-project.ts";

async function projectOf(build: string) {
  const folder = await mkdtemp(join(tmpdir(), "floww-project-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, "floww.yaml"), `name: x\nbuild: ${build}\n`);
  return readProject(folder);
}

test("build says what the runtime's image is made of", async () => {
  expect((await projectOf("{external: [sharp], architecture: arm64}")).build).toEqual({
    external: ["sharp"],
    architecture: "arm64",
  });
  expect((await projectOf("")).build).toEqual({});
});

test("what build cannot mean is named", async () => {
  await expect(projectOf("{architecture: mips}")).rejects.toThrow(/build\.architecture/);
  await expect(projectOf("{externals: [sharp]}")).rejects.toThrow(/externals/);
  await expect(projectOf("{dockerfile: Dockerfile, external: [sharp]}")).rejects.toThrow(
    /a dockerfile says itself/,
  );
  await expect(projectOf("{context: .}")).rejects.toThrow(/go with a `dockerfile`/);
});
