import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { buildBundle, openBundler, VENDOR_CLIENTS } from "./build-bundle.ts";

const root = join(import.meta.dirname, "../../..");
const PLAIN = `import { Builtin } from "floww";
new Builtin().triggers.onManual({ name: "go", handler: () => "plain" });`;
const WITH_GITHUB = `import { GitHub } from "floww";
new GitHub().triggers.onPush({ handler: () => "github" });`;
/** A word of the vendor's client, and of nothing else. */
const OCTOKIT = "octokit-rest.js";

describe("what the SDK's providers are made with", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "floww-bundle-test-"));
    await mkdir(join(folder, "node_modules"));
    await symlink(join(root, "packages/floww"), join(folder, "node_modules/floww"));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const project = () => ({ folder, entryFile: join(folder, "main.ts"), build: {} });
  const write = (code: string) => writeFile(join(folder, "main.ts"), code);

  test("is what the package of the providers depends on", async () => {
    const { dependencies } = JSON.parse(
      await readFile(join(root, "packages/providers/package.json"), "utf8"),
    ) as { dependencies: Record<string, string> };
    // zod is for the server's half, which is in no bundle; types are no code.
    const vendors = Object.keys(dependencies).filter((name) => !/^@floww\/|^zod$|types$/.test(name));
    expect(vendors.sort()).toEqual(VENDOR_CLIENTS);
  });

  test("is not read for a workflow that uses none of them", async () => {
    await write(PLAIN);
    const { inputs, code } = await buildBundle(project());
    expect(inputs.filter((file) => VENDOR_CLIENTS.some((name) => file.includes(`/${name}/`)))).toEqual([]);
    expect(code.toString()).not.toContain("@octokit/rest");
  });

  test("is in the bundle of one that does, as esbuild by itself would put it there", async () => {
    await write(WITH_GITHUB);
    const { code, externals } = await buildBundle(project());
    expect(code.toString()).toContain(OCTOKIT);
    expect(externals).toEqual([]);
    const { outputFiles } = await build({
      absWorkingDir: folder,
      entryPoints: [join(folder, "main.ts")],
      bundle: true,
      write: false,
      platform: "node",
      format: "esm",
      target: "node24",
      keepNames: true,
    });
    expect(code.toString()).toContain(outputFiles[0]!.text.trimEnd());
  });

  test("comes and goes as the code is saved", async () => {
    await write(PLAIN);
    await using bundler = await openBundler(project());
    const before = await bundler.build();
    await write(WITH_GITHUB);
    expect((await bundler.build()).code.toString()).toContain(OCTOKIT);
    await write(PLAIN);
    expect((await bundler.build()).hash).toBe(before.hash);
  });
});

describe("a build that failed", () => {
  test("names what it reached, and what would resolve the imports that it could not follow", async () => {
    const folder = await mkdtemp(join(tmpdir(), "floww-bundle-test-"));
    try {
      await writeFile(
        join(folder, "main.ts"),
        'import "./lib.ts"; import "./gone.js"; import "./rooms/first";',
      );
      await writeFile(join(folder, "lib.ts"), "export const broken: = 1;");
      await using bundler = await openBundler({ folder, entryFile: join(folder, "main.ts"), build: {} });
      await expect(bundler.build()).rejects.toMatchObject({ code: "BUILD_FAILED" });
      const reached = (await bundler.reached()).map((file) => relative(folder, file));
      expect(reached).toEqual(expect.arrayContaining(["main.ts", "lib.ts", "gone.js", "gone.ts"]));
      expect(reached).toEqual(expect.arrayContaining(["rooms/first.ts", "rooms/first/index.ts"]));
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
