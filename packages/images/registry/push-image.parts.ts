import { execFileSync, spawnSync } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { type BuiltLayer, buildImage, type Image } from "../image/build-image.ts";
import { type BaseImage, readBase } from "../image/read-base.ts";
import { listTree } from "../layers/list-tree.ts";
import { writeLayer } from "../layers/write-layer.ts";
import { isDockerRegistryInstalled, openDockerRegistry } from "../testing/docker-registry.ts";
import type { Repository } from "./blobs.ts";
import { pushImage } from "./push-image.ts";
import { Registry } from "./registry.ts";
import type { Credentials } from "./registry-token.ts";

const SCRATCH: BaseImage = {
  name: "scratch",
  digest: `sha256:${"0".repeat(64)}`,
  config: { architecture: "amd64", os: "linux", config: {}, rootfs: { type: "layers", diff_ids: [] } },
  layers: [],
};

type Intercept = (request: IncomingMessage, response: ServerResponse) => boolean;

function repository(host: string, name: string, credentials?: Credentials): Repository {
  const pause = async () => undefined;
  return {
    registry: new Registry({ host, pause, ...(credentials === undefined ? {} : { credentials }) }),
    repository: name,
  };
}

async function aFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "floww-push-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}

async function aLayer(bytes = 3_000_000): Promise<BuiltLayer> {
  const folder = await aFolder();
  await mkdir(join(folder, "tree"));
  await writeFile(join(folder, "tree", "noise"), randomBytes(bytes));
  const file = join(folder, "layer");
  return {
    ...(await writeLayer(await listTree(join(folder, "tree"), { at: "x" }), file)),
    file,
    from: "test",
  };
}

async function anImage(base = SCRATCH): Promise<Image> {
  return buildImage({ base, layers: [await aLayer()] });
}

async function aRegistry() {
  const registry = await openDockerRegistry();
  onTestFinished(() => registry[Symbol.asyncDispose]());
  return registry.host;
}

/** Something between us and the registry that may answer instead, or do worse. */
async function between(host: string, intercept: Intercept): Promise<string> {
  const server = createServer((incoming, response) => {
    if (intercept(incoming, response)) return;
    const [hostname, port] = host.split(":");
    const onward = request({
      hostname,
      port,
      method: incoming.method,
      path: incoming.url,
      headers: incoming.headers,
    });
    onward.on("response", (answer) => {
      response.writeHead(answer.statusCode!, answer.headers);
      answer.pipe(response);
    });
    onward.on("error", () => response.destroy());
    incoming.on("error", () => onward.destroy());
    incoming.pipe(onward);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** True for the first request of that method only. */
function first(method: string, then: (...args: Parameters<Intercept>) => unknown): Intercept {
  let isDone = false;
  return (incoming, response) => {
    if (isDone || incoming.method !== method) return false;
    isDone = true;
    then(incoming, response);
    return true;
  };
}

const isInstalled = isDockerRegistryInstalled() && spawnSync("skopeo", ["--version"]).status === 0;
describe.skipIf(!isInstalled)("[needs docker-registry]", () => {
  test("an image is pushed, and pushed again without a byte", async () => {
    const to = repository(await aRegistry(), "ns/app");
    const image = await anImage();
    const seen: number[] = [];
    const onProgress = ({ bytes, bytesTotal }: { bytes: number; bytesTotal: number }) =>
      seen.push(bytes / bytesTotal);
    const pushed = await pushImage(image, { to, baseFrom: to, tag: "one", onProgress });
    expect(pushed.bytesUploaded).toBeGreaterThan(3_000_000);
    expect(seen.at(0)).toBe(0);
    expect(seen.at(-1)).toBe(1);
    const again = await pushImage(image, { to, baseFrom: to, tag: "one" });
    expect(again).toEqual({ digest: image.digest, bytesUploaded: 0 });
  });

  test("a base is read by tag and copied to another registry, layer by layer, once", async () => {
    const from = repository(await aRegistry(), "base");
    const baseImage = await anImage();
    await pushImage(baseImage, { to: from, baseFrom: from, tag: "24" });
    const base = await readBase({ from, reference: "24", architecture: "x64" });
    expect(base.digest).toBe(baseImage.digest);
    await expect(readBase({ from, reference: "24", architecture: "arm64" })).rejects.toMatchObject({
      code: "IMAGE_INVALID",
    });
    const image = await anImage(base);
    const to = repository(await aRegistry(), "ns/app");
    await pushImage(image, { to, baseFrom: from });
    expect((await readBase({ from: to, reference: image.digest, architecture: "x64" })).layers).toHaveLength(
      2,
    );
    // In the same registry the base is mounted.
    const beside = repository(from.registry.host, "ns/app");
    await pushImage(image, { to: beside, baseFrom: from });
  });

  test("skopeo reads what was pushed, and unpacks the layer to the digest that its configuration says", async () => {
    const host = await aRegistry();
    const to = repository(host, "ns/app");
    const layer = await aLayer();
    await pushImage(buildImage({ base: SCRATCH, layers: [layer] }), { to, baseFrom: to, tag: "one" });
    const source = `docker://${host}/ns/app:one`;
    const inspected = JSON.parse(
      execFileSync("skopeo", ["inspect", "--tls-verify=false", source], { encoding: "utf8" }),
    ) as { Layers: string[]; Created: string };
    expect(inspected.Layers).toEqual([layer.digest]);
    expect(inspected.Created).toBe("1970-01-01T00:00:00Z");
    const out = await aFolder();
    const target = `dir:${out}/copy`;
    execFileSync("skopeo", ["copy", "--src-tls-verify=false", "--dest-decompress", source, target]);
    const digests = await Promise.all(
      (await readdir(join(out, "copy"))).map(async (name) =>
        createHash("sha256")
          .update(await readFile(join(out, "copy", name)))
          .digest("hex"),
      ),
    );
    expect(digests).toContain(layer.diffId.slice("sha256:".length));
  });

  test("a blob over the bound goes up in pieces", async () => {
    const host = await aRegistry();
    let pieces = 0;
    const proxy = await between(host, ({ method }) => {
      if (method === "PATCH") pieces++;
      return false;
    });
    const to = repository(proxy, "ns/app");
    await pushImage(await anImage(), { to, baseFrom: to, chunkBytes: 1_000_000 });
    expect(pieces).toBe(4);
  });

  test("a connection that breaks in the midst of an upload, and an answer 500, are tried again", async () => {
    const host = await aRegistry();
    const breaks: [string, (...args: Parameters<Intercept>) => unknown][] = [
      ["PUT", (incoming) => incoming.once("data", () => incoming.socket.destroy())],
      ["PUT", (incoming, response) => incoming.resume() && response.writeHead(500).end()],
      ["POST", (_, response) => response.writeHead(503).end()],
      ["HEAD", (incoming) => incoming.socket.destroy()],
    ];
    for (const [method, then] of breaks) {
      const to = repository(await between(host, first(method, then)), "ns/app");
      const image = await anImage();
      let last = 0;
      const onProgress = ({ bytes, bytesTotal }: { bytes: number; bytesTotal: number }) => {
        last = bytes / bytesTotal;
      };
      expect((await pushImage(image, { to, baseFrom: to, onProgress })).digest).toBe(image.digest);
      expect(last).toBe(1);
    }
  });

  test("a registry that stays broken is named, and one that stores something else is not believed", async () => {
    const host = await aRegistry();
    const broken = repository(
      await between(host, (_, response) => response.writeHead(502).end() !== undefined),
      "a",
    );
    await expect(pushImage(await anImage(), { to: broken, baseFrom: broken })).rejects.toMatchObject({
      code: "REGISTRY_UNAVAILABLE",
    });
    const lying: Intercept = (incoming, response) => {
      if (incoming.method !== "PUT") return false;
      incoming.resume().on("end", () => {
        response.writeHead(201, { "docker-content-digest": `sha256:${"1".repeat(64)}` }).end();
      });
      return true;
    };
    const liar = repository(await between(host, lying), "a");
    await expect(pushImage(await anImage(), { to: liar, baseFrom: liar })).rejects.toMatchObject({
      code: "REGISTRY_REFUSED",
    });
  });

  test("a registry that sends for a token gets one by our credentials, and wrong ones are a clear error", async () => {
    const host = await aRegistry();
    const basic = `Basic ${Buffer.from("me:secret").toString("base64")}`;
    const guarded: Intercept = (incoming, response) => {
      if (incoming.url?.startsWith("/token") === true) {
        const isRight = incoming.headers.authorization === basic;
        response.writeHead(isRight ? 200 : 401).end(JSON.stringify({ token: "t1" }));
        return true;
      }
      if (incoming.headers.authorization === "Bearer t1") return false;
      const realm = `http://${incoming.headers.host}/token`;
      incoming.resume();
      response
        .writeHead(401, {
          "www-authenticate": `Bearer realm="${realm}",service="s",scope="repository:ns/app:pull,push"`,
        })
        .end();
      return true;
    };
    const proxy = await between(host, guarded);
    const to = repository(proxy, "ns/app", { username: "me", password: "secret" });
    const image = await anImage();
    expect((await pushImage(image, { to, baseFrom: to })).digest).toBe(image.digest);
    const stranger = repository(proxy, "ns/app", { username: "me", password: "wrong" });
    await expect(pushImage(image, { to: stranger, baseFrom: stranger })).rejects.toMatchObject({
      code: "REGISTRY_REFUSED",
    });
  });
});
