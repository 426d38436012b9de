import { createHash, randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { DescribeImagesCommand, ECRClient } from "@aws-sdk/client-ecr";
import { parseId } from "@floww/contract/ids";
import { describe, expect, test } from "vitest";
import { isMotoInstalled, startMoto } from "../../../testing/moto-server.ts";
import { RegistryClient } from "../../../testing/registry-client.ts";
import { startTestServer } from "../../../testing/running-server.ts";
import { aTenant } from "../../../testing/tenants.ts";
import { type ContentPeer, describeContentStore } from "../../blobs/conformance.ts";
import type { Digest } from "../../blobs/digest.ts";
import { EcrContent } from "./ecr-content.ts";

// AWS's own client against moto's ECR, which keeps repositories, images, and the order and digests of layers, but not their
// bytes. What it lacks stands in front of it here: the bytes of parts are noted on their way, and handed out at the address
// that GetDownloadUrlForLayer gives.
describe.skipIf(!isMotoInstalled)("[needs moto_server]", () => {
  describeContentStore("Amazon ECR", { open: openEcr, algorithms: ["sha256"], isLinking: false });

  test("an image stays when its last tag goes, and goes by its digest", async () => {
    const { store, client, close } = await openEcr();
    const place = { namespaceId: "0190f5fe-0000-7000-8000-000000000000", repository: "image" };
    const content = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: MANIFEST, layers: [] }));
    const digest = digestOf(content);
    await store.putManifest(place, { digest, mediaType: MANIFEST, content, tags: ["v1"] });
    const list = async () => {
      const repositoryName = `floww/${place.namespaceId}/${place.repository}`;
      const { imageDetails = [] } = await client.send(new DescribeImagesCommand({ repositoryName }));
      return imageDetails.map(({ imageDigest }) => imageDigest);
    };
    await store.removeTag(place, "v1");
    expect(await list()).toEqual([digest.text]);
    await store.removeManifest(place, digest);
    expect(await list()).toEqual([]);
    await close();
  });

  test("an upload goes on where it was when ECR did not answer", async () => {
    const { store, outage, close } = await openEcr();
    const place = { namespaceId: "0190f5fe-0000-7000-8000-000000000000", repository: "image" };
    const content = randomBytes(12 * MB);
    const digest = digestOf(content);
    const upload = await store.begin(place);
    let kept = 0;
    const send = (end: number) =>
      store.append(
        place,
        upload,
        { offset: kept, source: chunksOf(content.subarray(kept, end)) },
        (offset) => {
          kept = offset;
        },
      );
    await send(6 * MB);
    outage.isOn = true;
    await expect(send(12 * MB)).rejects.toMatchObject({ code: "REGISTRY_STORE_UNAVAILABLE" });
    outage.isOn = false;
    expect(kept).toBeGreaterThan(6 * MB);
    expect(kept).toBeLessThan(12 * MB);
    await send(12 * MB);
    await store.seal(place, upload, { digest, bytes: content.byteLength });
    await store.complete(place, upload, digest);
    expect((await buffer(await store.open(place, digest))).equals(content)).toBe(true);
    await close();
  });

  test("an image that is pushed to the server is in ECR, by its digest and its tag, and is pulled from there", async () => {
    const { client, url, close } = await openEcr();
    process.env.AWS_ENDPOINT_URL_ECR = url;
    process.env.AWS_ACCESS_KEY_ID = "test";
    process.env.AWS_SECRET_ACCESS_KEY = "test";
    const server = await startTestServer({ environment: { FLOWW_REGISTRY: "ecr:eu-central-1/floww" } });
    const tenant = await aTenant(server);
    const pusher = new RegistryClient(server.url, tenant.key);
    const repository = `${tenant.ids.namespace}/team/image`;
    const image = await pusher.pushImage(repository, "v1");
    const repositoryName = `floww/${parseId("namespace", tenant.ids.namespace)}/team/image`;
    const { imageDetails = [] } = await client.send(new DescribeImagesCommand({ repositoryName }));
    expect(imageDetails.map(({ imageDigest, imageTags }) => ({ imageDigest, imageTags }))).toEqual([
      { imageDigest: image.digest, imageTags: expect.arrayContaining(["v1"]) },
    ]);
    const pulled = await pusher.send(`${repository}/blobs/${image.layer}`);
    expect(digestOf(Buffer.from(await pulled.arrayBuffer())).text).toBe(image.layer);
    const mounted = await pusher.send(
      `${tenant.ids.namespace}/other/blobs/uploads/?mount=${image.layer}&from=${repository}`,
      { method: "POST" },
    );
    // Its layers are a repository's own: the client sends it.
    expect(mounted.status).toBe(202);
    expect(server.reported).toEqual([]);
    await server[Symbol.asyncDispose]();
    await close();
  });

  test("a name that ECR does not take is refused before anything is asked", async () => {
    const { store, close } = await openEcr();
    const namespaceId = "0190f5fe-0000-7000-8000-000000000000";
    for (const repository of ["a--b", "a__b", "x".repeat(250)])
      await expect(store.begin({ namespaceId, repository })).rejects.toMatchObject({
        code: "REGISTRY_NAME_INVALID",
      });
    await close();
  });
});

const MB = 1024 * 1024;

function digestOf(content: Buffer): Digest {
  const hex = createHash("sha256").update(content).digest("hex");
  return { algorithm: "sha256", hex, text: `sha256:${hex}` };
}

async function* chunksOf(content: Buffer) {
  for (let at = 0; at < content.byteLength; at += 65_536) yield content.subarray(at, at + 65_536);
}

const MANIFEST = "application/vnd.docker.distribution.manifest.v2+json";

interface EcrPeer extends ContentPeer {
  client: ECRClient;
  url: string;
  outage: { isOn: boolean };
}

async function openEcr(): Promise<EcrPeer> {
  const folder = await mkdtemp(join(tmpdir(), "floww-ecr-"));
  const moto = await startMoto();
  const outage = { isOn: false };
  const layers = await listenLayers(moto.url, outage);
  const client = new ECRClient({
    region: "eu-central-1",
    endpoint: layers.url,
    maxAttempts: 1,
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
  });
  return {
    client,
    url: layers.url,
    outage,
    store: new EcrContent({ client, prefix: "floww", folder }),
    close: async () => {
      client.destroy();
      layers.close();
      await moto[Symbol.asyncDispose]();
      await rm(folder, { recursive: true });
    },
  };
}

/** Passes everything on, and remembers what moto forgets: the bytes of layers. */
async function listenLayers(
  moto: string,
  outage: { isOn: boolean },
): Promise<{ url: string; close(): void }> {
  const parts = new Map<string, Buffer[]>();
  const layers = new Map<string, Buffer>();
  const server = createServer((request, response) => void answer(request, response));

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method === "GET") {
      const layer = layers.get(decodeURIComponent(request.url ?? ""));
      const [, start, end] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? "") ?? [];
      if (layer === undefined) response.writeHead(404).end();
      else if (start === undefined) response.writeHead(200).end(layer);
      else response.writeHead(206).end(layer.subarray(Number(start), Number(end) + 1));
      return;
    }
    const body = await buffer(request);
    if (outage.isOn) {
      response.writeHead(503, { "content-type": "application/x-amz-json-1.1" }).end("{}");
      return;
    }
    const action = String(request.headers["x-amz-target"]).split(".").at(-1);
    const input = JSON.parse(body.toString("utf8")) as Record<string, string>;
    const layerPath = `/${input.repositoryName}/${input.layerDigest}`;
    if (action === "GetDownloadUrlForLayer") {
      const isThere = layers.has(layerPath);
      response.writeHead(isThere ? 200 : 400, { "content-type": "application/x-amz-json-1.1" });
      const url = `http://${request.headers.host}${layerPath}`;
      response.end(
        JSON.stringify(
          isThere ? { downloadUrl: url } : { __type: "LayersNotFoundException", message: "none" },
        ),
      );
      return;
    }
    const { host: _host, "content-length": _length, ...headers } = request.headers;
    const passed = await fetch(moto, { method: "POST", headers: headers as Record<string, string>, body });
    if (passed.ok && action === "UploadLayerPart") {
      const known = parts.get(input.uploadId ?? "") ?? [];
      parts.set(input.uploadId ?? "", [...known, Buffer.from(input.layerPartBlob ?? "", "base64")]);
    }
    if (passed.ok && action === "CompleteLayerUpload") {
      const layer = Buffer.concat(parts.get(input.uploadId ?? "") ?? []);
      const digest = `sha256:${createHash("sha256").update(layer).digest("hex")}`;
      layers.set(`/${input.repositoryName}/${digest}`, layer);
    }
    response.writeHead(passed.status, { "content-type": "application/x-amz-json-1.1" });
    response.end(Buffer.from(await passed.arrayBuffer()));
  }

  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, close: () => server.close() };
}
