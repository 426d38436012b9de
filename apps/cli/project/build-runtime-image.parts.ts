import { spawnSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildImage, pushImage, Registry, readBase } from "@floww/images";
import { isDockerRegistryInstalled, openDockerRegistry } from "@floww/images/testing";
import { describe, expect, onTestFinished, test } from "vitest";
import { buildRuntimeImage } from "./build-runtime-image.ts";

async function aFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "floww-image-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}

async function aProject(dependencies: Record<string, string>): Promise<string> {
  const folder = await aFolder();
  await writeFile(
    join(folder, "package.json"),
    JSON.stringify({ name: "p", version: "1.0.0", dependencies }),
  );
  const args = ["install", "--package-lock-only", "--ignore-scripts", "--no-audit", "--no-fund"];
  expect(spawnSync("npm", args, { cwd: folder }).status).toBe(0);
  return folder;
}

const author = {
  credentials: { username: "", password: "" },
  variables: process.env,
  onLine: () => undefined,
};

describe.skipIf(!isDockerRegistryInstalled())("[needs docker-registry]", () => {
  test("a project with an addon gets an image, and the same one again without a byte", async () => {
    await using server = await openDockerRegistry();
    const registry = new Registry({ host: server.host });
    const nothing = {
      name: "scratch",
      digest: `sha256:${"0".repeat(64)}`,
      config: {
        architecture: "amd64",
        os: "linux",
        rootfs: { type: "layers" as const, diff_ids: [] },
      },
      layers: [],
    };
    const at = { registry, repository: "base" };
    await pushImage(buildImage({ base: nothing, layers: [] }), { to: at, baseFrom: at, tag: "24" });
    const folder = await aProject({ bufferutil: "4.0.9" });
    const project = { folder, build: { base: `${server.host}/base:24` } };
    const bundle = { externals: ["bufferutil"] };
    const options = { to: { registry, repository: "ns/app" }, cache: await aFolder(), ...author };
    const first = await buildRuntimeImage(project, bundle, options);
    expect(first.bytesUploaded).toBeGreaterThan(10_000);
    expect(await buildRuntimeImage(project, bundle, options)).toEqual({
      digest: first.digest,
      bytesUploaded: 0,
    });
    const image = await readBase({ from: options.to, reference: first.digest, architecture: "x64" });
    // The executor's and the dependencies'.
    expect(image.layers).toHaveLength(2);
  }, 240_000);

  test("a project without a lock file cannot name what it does not bundle", async () => {
    const to = { registry: new Registry({ host: "127.0.0.1:1" }), repository: "ns/app" };
    const unlocked = { folder: await aFolder(), build: { external: ["sharp"] } };
    const built = buildRuntimeImage(unlocked, { externals: [] }, { to, cache: await aFolder(), ...author });
    await expect(built).rejects.toMatchObject({ code: "LOCK_FILE_MISSING" });
  });
});
