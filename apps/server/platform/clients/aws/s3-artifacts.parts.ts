import { createHash, randomBytes, randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import {
  CreateBucketCommand,
  ListObjectVersionsCommand,
  PutBucketVersioningCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { deployWebhook } from "../../../testing/deployed-webhook.ts";
import { isMotoInstalled, type MotoServer, startMoto } from "../../../testing/moto-server.ts";
import { startTestServer } from "../../../testing/running-server.ts";
import { describeArtifactStore } from "../../blobs/artifact-conformance.ts";
import { S3Artifacts } from "./s3-artifacts.ts";

const CREDENTIALS = { accessKeyId: "test", secretAccessKey: "test" };
const REGION = "eu-central-1";

describe.skipIf(!isMotoInstalled)("[needs moto_server]", () => {
  let moto: MotoServer;
  let client: S3Client;
  beforeAll(async () => {
    moto = await startMoto();
    client = new S3Client({ region: REGION, endpoint: moto.url, credentials: CREDENTIALS });
  });
  afterAll(async () => {
    client.destroy();
    await moto[Symbol.asyncDispose]();
  });

  async function aBucket({ keepsVersions = true } = {}): Promise<string> {
    const bucket = `b-${randomUUID()}`;
    await client.send(
      new CreateBucketCommand({
        Bucket: bucket,
        CreateBucketConfiguration: { LocationConstraint: REGION },
      }),
    );
    if (keepsVersions)
      await client.send(
        new PutBucketVersioningCommand({ Bucket: bucket, VersioningConfiguration: { Status: "Enabled" } }),
      );
    return bucket;
  }
  const aStore = async (now?: () => number) => {
    const bucket = await aBucket();
    const options = { client, bucket, prefix: "floww/" };
    return { bucket, store: new S3Artifacts(now === undefined ? options : { ...options, now }) };
  };
  const listAll = async (Bucket: string) => {
    const { Versions = [], DeleteMarkers = [] } = await client.send(
      new ListObjectVersionsCommand({ Bucket }),
    );
    return { versions: Versions.length, markers: DeleteMarkers.length };
  };

  describeArtifactStore("Amazon S3", async () => ({
    store: (await aStore()).store,
    close: async () => undefined,
  }));

  test("nothing is left of what was collected, and one version of what was put again long after", async () => {
    let now = Date.now();
    const { store, bucket } = await aStore(() => now);
    const namespaceId = randomUUID();
    const hash = await store.put(namespaceId, randomBytes(10));
    const bytes = await store.get(namespaceId, hash);
    await store.put(namespaceId, bytes);
    now += 3_600_000;
    await store.put(namespaceId, bytes);
    expect(await listAll(bucket)).toEqual({ versions: 1, markers: 0 });
    const wanted = { olderThanMs: -1, isWanted: async () => true };
    await store.collect(namespaceId, hash, wanted);
    expect(await listAll(bucket)).toEqual({ versions: 1, markers: 0 });
    await store.collect(namespaceId, hash, { ...wanted, isWanted: async () => false });
    expect(await listAll(bucket)).toEqual({ versions: 0, markers: 0 });
  });

  test("an address reads one artifact for a minute, without a credential, and nothing else", async () => {
    const { store } = await aStore();
    const namespaceId = randomUUID();
    const [one, other] = [randomBytes(100_000), randomBytes(10)];
    const hash = await store.put(namespaceId, one);
    const otherHash = await store.put(namespaceId, other);
    const address = await store.addressOf(namespaceId, hash);
    expect(Buffer.from(await (await fetch(address)).arrayBuffer()).equals(one)).toBe(true);
    expect(address.searchParams.get("X-Amz-Expires")).toBe("60");
    expect(address.searchParams.get("X-Amz-Signature")).toMatch(/^[0-9a-f]{64}$/);
    // moto checks no signature: what the signature covers is looked at by signing the other address.
    const otherAddress = await store.addressOf(namespaceId, otherHash);
    expect(otherAddress.pathname).not.toBe(address.pathname);
    expect(otherAddress.searchParams.get("X-Amz-Signature")).not.toBe(
      address.searchParams.get("X-Amz-Signature"),
    );
    await expect(store.addressOf("../x", hash)).rejects.toMatchObject({ code: "NOT_FOUND" });
  });

  test("bytes that changed in the bucket or on their way are not handed out", async () => {
    await using wire = await listenBetween(moto.url);
    const { bucket } = await aStore();
    const through = new S3Client({
      region: REGION,
      endpoint: wire.url,
      credentials: CREDENTIALS,
      maxAttempts: 1,
    });
    const store = new S3Artifacts({ client: through, bucket, prefix: "" });
    const namespaceId = randomUUID();
    wire.onBody = (body) => body.fill("x", 0, 1);
    // Sent on with another first byte: S3 has the hash of the true ones.
    await expect(store.put(namespaceId, Buffer.from("true bytes"))).rejects.toMatchObject({
      code: "ARTIFACTS_REFUSED",
    });
    wire.onBody = undefined;
    const hash = await store.put(namespaceId, Buffer.from("true bytes"));
    wire.onAnswer = (body) => body.fill("x", 0, 1);
    await expect(store.get(namespaceId, hash)).rejects.toThrow();
    wire.onAnswer = undefined;
    // Broken off twice, it is read the third time.
    wire.breaksAnswers = 2;
    expect(String(await store.get(namespaceId, hash))).toBe("true bytes");
    through.destroy();
  });

  test("throttles and errors of S3's own are tried again; an outage is told as one, and nothing is acknowledged", async () => {
    await using wire = await listenBetween(moto.url);
    const { bucket } = await aStore();
    const through = new S3Client({
      region: REGION,
      endpoint: wire.url,
      credentials: CREDENTIALS,
      maxAttempts: 3,
    });
    const store = new S3Artifacts({ client: through, bucket, prefix: "" });
    const namespaceId = randomUUID();
    wire.refuses = [503, 500];
    const hash = await store.put(namespaceId, Buffer.from("kept"));
    expect(String(await store.get(namespaceId, hash))).toBe("kept");
    wire.refuses = [503, 503, 503];
    await expect(store.put(namespaceId, Buffer.from("not kept"))).rejects.toMatchObject({
      code: "ARTIFACTS_UNAVAILABLE",
    });
    wire.refuses = [];
    const lost = createHash("sha256").update("not kept").digest("hex");
    expect(await store.has(namespaceId, lost)).toBe(false);
    through.destroy();
    const nowhere = new S3Client({
      region: REGION,
      endpoint: "http://127.0.0.1:1",
      credentials: CREDENTIALS,
      maxAttempts: 1,
    });
    await expect(
      new S3Artifacts({ client: nowhere, bucket, prefix: "" }).get(namespaceId, hash),
    ).rejects.toMatchObject({ code: "ARTIFACTS_UNAVAILABLE" });
    nowhere.destroy();
  });

  test("one that never answers, or stops in the middle of its answer, is not waited for for ever", async () => {
    await using wire = await listenBetween(moto.url);
    const { bucket } = await aStore();
    const through = new S3Client({ region: REGION, endpoint: wire.url, credentials: CREDENTIALS });
    const store = new S3Artifacts({ client: through, bucket, prefix: "", operationMsMax: 500 });
    const namespaceId = randomUUID();
    const hash = await store.put(namespaceId, randomBytes(1_000));
    const isOutage = { code: "ARTIFACTS_UNAVAILABLE" };
    for (const hangs of ["before", "within"] as const) {
      wire.hangs = hangs;
      await expect(store.get(namespaceId, hash)).rejects.toMatchObject(isOutage);
    }
    wire.hangs = "before";
    await expect(store.put(namespaceId, randomBytes(1_000))).rejects.toMatchObject(isOutage);
    await expect(store.has(namespaceId, hash)).rejects.toMatchObject(isOutage);
    wire.hangs = undefined;
    expect(await store.get(namespaceId, hash)).toHaveLength(1_000);
    through.destroy();
  });

  test("a server whose bucket keeps no versions, or is not there, does not start", async () => {
    useMoto(moto.url);
    for (const bucket of [await aBucket({ keepsVersions: false }), `b-${randomUUID()}`]) {
      const environment = { FLOWW_ARTIFACTS: `s3:${REGION}/${bucket}` };
      await expect(startTestServer({ environment })).rejects.toMatchObject({ code: "ARTIFACTS_REFUSED" });
    }
  });

  test("a big request of a server lies in the bucket, and another server of the database reads it", async () => {
    useMoto(moto.url);
    const bucket = await aBucket();
    const environment = { FLOWW_ARTIFACTS: `s3:${REGION}/${bucket}/floww` };
    await using server = await startTestServer({ environment });
    await using beside = await startTestServer({ environment, beside: server });
    const handler = "async (_scope, event) => String(event.body.byteLength)";
    const { path } = await deployWebhook(server, { name: "sizes", handler });
    const answer = await fetch(beside.localUrl + path, {
      method: "POST",
      body: "x".repeat(1_000_000),
    });
    expect({ status: answer.status, text: await answer.text() }).toEqual({ status: 200, text: "1000000" });
    // The bundle and the body.
    expect(await listAll(bucket)).toEqual({ versions: 2, markers: 0 });
    expect(server.reported).toEqual([]);
  });
});

function useMoto(url: string): void {
  process.env.AWS_ENDPOINT_URL_S3 = url;
  process.env.AWS_ACCESS_KEY_ID = CREDENTIALS.accessKeyId;
  process.env.AWS_SECRET_ACCESS_KEY = CREDENTIALS.secretAccessKey;
}

interface Wire extends AsyncDisposable {
  url: string;
  onBody: ((body: Buffer) => void) | undefined;
  onAnswer: ((body: Buffer) => void) | undefined;
  /** So many answers end in their middle. */
  breaksAnswers: number;
  /** Nothing comes, or nothing but the first byte. */
  hangs: "before" | "within" | undefined;
  /** Statuses of the next answers, instead of passing on. */
  refuses: number[];
}

/** Passes everything on, and does to it what is asked for. */
async function listenBetween(target: string): Promise<Wire> {
  const server = createServer(async (incoming, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    if (wire.hangs === "before") return;
    const refusal = wire.refuses.shift();
    if (refusal !== undefined) {
      response.writeHead(refusal, { "content-type": "application/xml" });
      response.end("<Error><Code>SlowDown</Code><Message>later</Message></Error>");
      return;
    }
    if (incoming.method === "PUT" && body.byteLength > 0) wire.onBody?.(body);
    // As S3 does; moto takes any bytes for any hash.
    const promised = incoming.headers["x-amz-checksum-sha256"];
    if (promised !== undefined && promised !== createHash("sha256").update(body).digest("base64")) {
      response.writeHead(400, { "content-type": "application/xml" });
      response.end("<Error><Code>BadDigest</Code><Message>other bytes</Message></Error>");
      return;
    }
    const passed = request(target + incoming.url, {
      method: incoming.method ?? "GET",
      headers: incoming.headers,
    });
    passed.end(body);
    const [answer] = await once(passed, "response");
    const answered: Buffer[] = [];
    for await (const chunk of answer) answered.push(chunk);
    const content = Buffer.concat(answered);
    response.writeHead(answer.statusCode, answer.headers);
    if (incoming.method !== "GET" || content.byteLength === 0) return void response.end(content);
    wire.onAnswer?.(content);
    if (wire.hangs === "within") return void response.write(content.subarray(0, 1));
    if (wire.breaksAnswers-- <= 0) return void response.end(content);
    response.write(content.subarray(0, 1), () => response.destroy());
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const wire: Wire = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    onBody: undefined,
    onAnswer: undefined,
    breaksAnswers: 0,
    hangs: undefined,
    refuses: [],
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
    },
  };
  return wire;
}
