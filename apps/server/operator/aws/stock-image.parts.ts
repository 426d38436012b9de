import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BaseImage, buildImage, EXECUTOR_PATH, executorLayer, pushImage, Registry } from "@floww/images";
import { describe, expect, onTestFinished, test } from "vitest";
import {
  isDockerRegistryInstalled,
  openDockerRegistry,
} from "../../../../packages/images/testing/docker-registry.ts";
import { pushStockImage } from "./stock-image.ts";

const SCRATCH: BaseImage = {
  name: "scratch",
  digest: `sha256:${"0".repeat(64)}`,
  config: { architecture: "arm64", os: "linux", config: {}, rootfs: { type: "layers", diff_ids: [] } },
  layers: [],
};

describe.skipIf(!isDockerRegistryInstalled())("[needs docker-registry]", () => {
  test("the stock image goes from its base's registry to another, once, and another executor is another image", async () => {
    const folder = await mkdtemp(join(tmpdir(), "floww-stock-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    const executorFile = join(folder, "executor.cjs");
    await writeFile(executorFile, "one");
    const [bases, account] = [await openDockerRegistry(), await openDockerRegistry()];
    onTestFinished(() => bases[Symbol.asyncDispose]());
    onTestFinished(() => account[Symbol.asyncDispose]());
    const from = { registry: new Registry({ host: bases.host }), repository: "lambda/nodejs" };
    const layer = await executorLayer(executorFile, join(folder, "base.tar.gz"));
    await pushImage(buildImage({ base: SCRATCH, layers: [layer] }), { to: from, baseFrom: from, tag: "24" });

    const to = { registry: new Registry({ host: account.host }), repository: "floww-runtime" };
    const options = {
      base: `${bases.host}/lambda/nodejs:24`,
      architecture: "arm64",
      executorFile,
      to,
    } as const;
    const first = await pushStockImage(options);
    expect(first.bytesUploaded).toBeGreaterThan(0);
    expect(await pushStockImage(options)).toEqual({ digest: first.digest, bytesUploaded: 0 });
    await writeFile(executorFile, "two");
    expect((await pushStockImage(options)).digest).not.toBe(first.digest);

    const answer = await fetch(`http://${account.host}/v2/floww-runtime/manifests/${first.digest}`, {
      headers: { accept: "application/vnd.oci.image.manifest.v1+json" },
    });
    const manifest = (await answer.json()) as { config: { digest: string }; layers: object[] };
    expect(manifest.layers).toHaveLength(2);
    const config = await fetch(`http://${account.host}/v2/floww-runtime/blobs/${manifest.config.digest}`);
    expect(await config.json()).toMatchObject({
      architecture: "arm64",
      config: { Entrypoint: ["node", `/${EXECUTOR_PATH}`] },
    });
    await expect(pushStockImage({ ...options, architecture: "x64" })).rejects.toMatchObject({
      code: "IMAGE_INVALID",
    });
  }, 60_000);
});
