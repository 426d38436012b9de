import { randomBytes } from "node:crypto";
import { readdir, rm, stat, symlink } from "node:fs/promises";
import { request as httpRequest } from "node:http";
import { join } from "node:path";
import { parseId } from "@floww/contract/ids";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { newUuid } from "../../platform/uuid-v7.ts";
import {
  codeOf,
  digestOf,
  imageOf,
  OCI_IMAGE,
  OCI_INDEX,
  RegistryClient,
  withQuery,
} from "../../testing/registry-client.ts";
import { startTestServer, type TestServer } from "../../testing/running-server.ts";
import { aTenant, type Tenant } from "../../testing/tenants.ts";

let server: TestServer;
let tenant: Tenant;
let client: RegistryClient;
let count = 0;
let repository: string;
beforeAll(async () => {
  server = await startTestServer();
  tenant = await aTenant(server);
  client = new RegistryClient(server.url, tenant.key);
});
beforeEach(() => {
  count += 1;
  repository = `${tenant.ids.namespace}/image-${count}`;
});
afterAll(() => server[Symbol.asyncDispose]());

const namespaceId = () => parseId("namespace", tenant.ids.namespace) ?? "";
const patch = (location: string, body: BodyInit, headers: Record<string, string> = {}) =>
  client.send(location, { method: "PATCH", body, headers });
const put = (location: string, digest: string, body?: BodyInit) =>
  client.send(withQuery(location, { digest }), { method: "PUT", ...(body === undefined ? {} : { body }) });

/** What lies in the namespace's folder of uploads. */
async function uploadFiles(): Promise<string[]> {
  return readdir(join(server.home, "registry", namespaceId(), "uploads"));
}

async function uploadRows(): Promise<number> {
  const found = await server.database.query("select from registry_uploads where namespace_id = $1", [
    namespaceId(),
  ]);
  return found.rowCount ?? 0;
}

describe("names", () => {
  const hex = "a".repeat(64);
  const strangeDigests = [
    "sha256:../../x",
    "sha256:..%2f..%2fx",
    `sha256:${hex.toUpperCase()}`,
    `SHA256:${hex}`,
    `sha256:${hex.slice(1)}`,
    `sha256:${hex}a`,
    `sha512:${hex}`,
    `md5:${"a".repeat(32)}`,
    `sha256:${hex}%00`,
    `sha256:${hex}%0a`,
    "sha256:",
    ":",
    "__proto__:x",
    hex,
  ];

  test.each(strangeDigests)("%s is no digest, wherever it stands", async (digest) => {
    const text = decodeURIComponent(digest);
    const isOne = digest.includes("%2f") ? "404" : "400";
    if (!digest.includes("../")) {
      expect(await codeOf(await client.send(`${repository}/blobs/${digest}`))).toMatch(isOne);
      expect(await codeOf(await client.send(`${repository}/referrers/${digest}`))).toMatch(isOne);
    }
    for (const query of [{ digest: text }, { mount: text }, { mount: text, from: repository }]) {
      const answer = await client.send(withQuery(`${repository}/blobs/uploads/`, query), { method: "POST" });
      expect([query, await codeOf(answer)]).toEqual([query, "400 DIGEST_INVALID"]);
    }
    const location = await client.beginUpload(repository);
    expect(await codeOf(await put(location, text))).toBe("400 DIGEST_INVALID");
    await client.send(location, { method: "DELETE" });
    // A path with `..` is resolved before it is sent.
    if (text.includes(":") && !digest.includes("../")) {
      const answer = await client.send(`${repository}/manifests/${digest}`);
      expect(await codeOf(answer)).toMatch(isOne);
    }
  });

  test("what is no repository's name is none, and no path either", async () => {
    const namespace = tenant.ids.namespace;
    for (const name of [
      "library/alpine",
      namespace,
      `${namespace}/`,
      `${namespace}//x`,
      `${namespace}/UPPER`,
      `${namespace}/a..b`,
      `${namespace}/-a`,
      `${namespace}/a_`,
      `${namespace}/%2e%2e/x`,
      `${namespace}/a%00`,
      `${namespace}/a%0ab`,
      `${namespace}/__proto__`,
      `${namespace.toUpperCase()}/a`,
      `${namespace}/${"a".repeat(300)}`,
    ]) {
      const answer = await client.send(`${name}/tags/list`);
      expect([name, answer.status === 400 || answer.status === 404]).toEqual([name, true]);
    }
    for (const tag of ["", ".a", "-a", "a".repeat(129), "a%20b", "a%0ab"]) {
      const answer = await client.putManifest(repository, tag, "{}");
      expect([tag, answer.status === 400 || answer.status === 404]).toEqual([tag, true]);
    }
    expect((await client.send("%E0%A4%A")).status).toBe(404);
  });

  test("a repository may be called like a part of the paths", async () => {
    const odd = `${tenant.ids.namespace}/blobs/uploads/manifests/tags`;
    const { digest } = await client.pushImage(odd, "list");
    const got = await client.send(`${odd}/manifests/list`);
    expect(got.headers.get("docker-content-digest")).toBe(digest);
  });

  test("strange values in a query are data", async () => {
    const { digest } = await client.pushImage(repository, "v1");
    for (const odd of [
      "%00",
      "%ff",
      "%ed%a0%80",
      "'--",
      "__proto__",
      "a".repeat(5_000),
      "%0d%0aset-cookie:x",
    ]) {
      for (const path of [
        `tags/list?last=${odd}`,
        `referrers/${digest}?artifactType=${odd}`,
        `referrers/${digest}?last=${odd}`,
      ])
        expect([path, (await client.send(`${repository}/${path}`)).status]).toEqual([path, 200]);
      for (const path of [`tags/list?n=${odd}`, `manifests/${digest}?tag=${odd}`]) {
        const method = path.startsWith("tags") ? "GET" : "PUT";
        const { status } = await client.send(`${repository}/${path}`, { method });
        expect([path, status]).toEqual([path, 400]);
      }
      const scoped = await client.askForToken([decodeURIComponent(odd.replace(/%[ef][df].*/, "%00"))]);
      expect(scoped.status).toBe(200);
    }
    expect(server.reported).toEqual([]);
  });

  test("every path answers 405 with Allow to every method that it does not have", async () => {
    const digest = digestOf("none");
    const paths: [string, string][] = [
      ["", "GET, HEAD"],
      ["token", "GET"],
      [`${repository}/blobs/${digest}`, "GET, HEAD, DELETE"],
      [`${repository}/blobs/uploads/`, "POST"],
      [`${repository}/blobs/uploads/${newUuid()}`, "GET, PATCH, PUT, DELETE"],
      [`${repository}/manifests/v1`, "GET, HEAD, PUT, DELETE"],
      [`${repository}/tags/list`, "GET"],
      [`${repository}/referrers/${digest}`, "GET"],
    ];
    for (const [path, allow] of paths) {
      for (const method of ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND"]) {
        if (allow.split(", ").includes(method)) continue;
        const answer = await client.send(path, { method });
        expect([path, method, answer.status, answer.headers.get("allow")]).toEqual([
          path,
          method,
          405,
          allow,
        ]);
      }
    }
  });
});

describe("uploads", () => {
  test("are their repository's own: neither another one nor another namespace sees them", async () => {
    const location = await client.beginUpload(repository);
    const id = location.slice(location.lastIndexOf("/") + 1);
    const stranger = await aTenant(server);
    const foreign = new RegistryClient(server.url, stranger.key);
    for (const [who, name] of [
      [client, `${repository}-b`],
      [foreign, `${stranger.ids.namespace}/a`],
      [foreign, repository],
    ] as const) {
      await who.pushBlob(`${stranger.ids.namespace}/a`, randomBytes(5)).catch(() => undefined);
      for (const method of ["GET", "PATCH", "PUT", "DELETE"]) {
        const path = withQuery(`${name}/blobs/uploads/${id}`, { digest: digestOf("") });
        expect([name, method, (await who.send(path, { method })).status]).toEqual([name, method, 404]);
      }
    }
    for (const odd of ["x", "..", "%2e%2e", newUuid(), "__proto__"])
      expect((await client.send(`${repository}/blobs/uploads/${odd}`)).status).toBe(404);
    expect((await client.send(location)).status).toBe(204);
    await client.send(location, { method: "DELETE" });
  });

  test("with another digest than they said are refused and leave nothing", async () => {
    const location = await client.beginUpload(repository);
    await patch(location, "one thing");
    const digest = digestOf("another thing");
    expect(await codeOf(await put(location, digest))).toBe("400 DIGEST_INVALID");
    const post = await client.send(`${repository}/blobs/uploads/?digest=${digest}`, {
      method: "POST",
      body: "one thing",
    });
    expect(await codeOf(post)).toBe("400 DIGEST_INVALID");
    expect((await client.send(`${repository}/blobs/${digest}`)).status).toBe(404);
    expect([await uploadFiles(), await uploadRows()]).toEqual([[], 0]);
  });

  test("are written by one request at a time", async () => {
    const location = await client.beginUpload(repository);
    let send: ReadableStreamDefaultController<Uint8Array> | undefined;
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        send = controller;
        controller.enqueue(Buffer.from("first "));
      },
    });
    // A token beforehand: a stream is not sent twice.
    await patch(location, "");
    const first = patch(location, body);
    // Its first bytes lie on the disk: it is under way.
    await waitFor(async () => (await fileSizes()).some((size) => size > 0));
    for (const answer of [
      await patch(location, "other"),
      await put(location, digestOf("other"), "other"),
      await client.send(location, { method: "DELETE" }),
    ])
      expect(await codeOf(answer)).toBe("409 BLOB_UPLOAD_INVALID");
    send?.enqueue(Buffer.from("last"));
    send?.close();
    expect((await first).headers.get("range")).toBe("0-9");
    expect((await put(location, digestOf("first last"))).status).toBe(201);
  });

  test("whose connection broke go on after what came", async () => {
    const location = await client.beginUpload(repository);
    const token = await client.token(`repository:${repository}:pull,push`);
    const broken = httpRequest(server.url + location, {
      method: "PATCH",
      headers: { authorization: `Bearer ${token}`, "content-length": 1_000_000 },
    });
    broken.on("error", () => undefined);
    broken.write(Buffer.alloc(100_000, 1));
    await waitFor(async () => (await fileSizes()).includes(100_000));
    broken.destroy();
    const range = await waitFor(async () => {
      const status = await client.send(location);
      return status.headers.get("range") === "0-99999" ? status.headers.get("range") : undefined;
    });
    expect(range).toBe("0-99999");
    const rest = Buffer.alloc(50_000, 2);
    expect((await patch(location, rest, { "content-range": "100000-149999" })).status).toBe(202);
    const whole = Buffer.concat([Buffer.alloc(100_000, 1), rest]);
    expect((await put(location, digestOf(whole))).status).toBe(201);
  });

  test("whose Content-Range is not their body's are refused", async () => {
    const location = await client.beginUpload(repository);
    for (const range of ["0-", "a-b", "5-1", "0-1", "0-99", "bytes 0-4/5", "-1-4", "0-99999999999999999999"])
      expect([range, await codeOf(await patch(location, "12345", { "content-range": range }))]).toEqual([
        range,
        "400 BLOB_UPLOAD_INVALID",
      ]);
    expect((await client.send(location)).headers.get("range")).toBe("0-0");
    await client.send(location, { method: "DELETE" });
  });

  test("are over an hour after their last byte", async () => {
    const location = await client.beginUpload(repository);
    await patch(location, "almost");
    await server.database.query("update registry_uploads set written_at = now() - interval '61 minutes'");
    for (const answer of [await client.send(location), await put(location, digestOf("almost"))])
      expect(await codeOf(answer)).toBe("404 BLOB_UPLOAD_UNKNOWN");
    await server.database.query("delete from registry_uploads");
    for (const name of await uploadFiles())
      await rm(join(server.home, "registry", namespaceId(), "uploads", name));
  });

  test("end clearly when the disk is full, and leave nothing", async () => {
    const location = await client.beginUpload(repository);
    const [name] = await uploadFiles();
    const file = join(server.home, "registry", namespaceId(), "uploads", name ?? "");
    await rm(file);
    // The kernel's own ENOSPC, at the first byte.
    await symlink("/dev/full", file);
    expect(await codeOf(await patch(location, randomBytes(100_000)))).toBe("507 UNAVAILABLE");
    expect(await codeOf(await client.send(location))).toBe("404 BLOB_UPLOAD_UNKNOWN");
    expect([await uploadFiles(), await uploadRows()]).toEqual([[], 0]);
    expect(server.reported.splice(0)).toHaveLength(1);
  });
});

describe("the space of a namespace", () => {
  test("ends an endless body at the first byte too many, and says what to do", async () => {
    const other = await aTenant(server);
    const pusher = new RegistryClient(server.url, other.key);
    const name = `${other.ids.namespace}/image`;
    await pusher.pushBlob(name, randomBytes(600_000));
    const other_id = parseId("namespace", other.ids.namespace);
    await server.database.query("update registry_spaces set bytes_max = 1000000 where namespace_id = $1", [
      other_id,
    ]);
    const location = await pusher.beginUpload(name);
    await pusher.send(location, { method: "PATCH", body: "" });
    const cut = new AbortController();
    let sent = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        sent += 65_536;
        if (sent > 2 ** 30) controller.close();
        else controller.enqueue(new Uint8Array(65_536));
      },
    });
    const answer = await pusher
      .send(location, { method: "PATCH", body: endless, signal: cut.signal })
      .catch((error: unknown) => error);
    // Who goes on writing may lose the answer, but not the refusal.
    if (answer instanceof Response) expect(await codeOf(answer)).toBe("403 DENIED");
    cut.abort();
    expect(sent).toBeLessThan(32 * 1024 * 1024);
    await waitFor(
      async () => (await readdir(join(server.home, "registry", other_id ?? "", "uploads"))).length === 0,
    );
    const whole = await pusher.send(`${name}/blobs/uploads/?digest=${digestOf("")}`, {
      method: "POST",
      body: randomBytes(500_000),
    });
    const { errors } = (await whole.json()) as { errors: { code: string; message: string }[] };
    expect([whole.status, errors[0]?.code, errors[0]?.message]).toEqual([
      403,
      "DENIED",
      expect.stringMatching(/may hold 1000000 bytes.*Delete images/),
    ]);
    // What it has already costs nothing more.
    expect(await pusher.pushBlob(name, randomBytes(300_000))).toMatch(/^sha256:/);
  });

  test("is looked at again when an upload that began before another one ends", async () => {
    const other = await aTenant(server);
    const pusher = new RegistryClient(server.url, other.key);
    const name = `${other.ids.namespace}/image`;
    await pusher.pushBlob(name, randomBytes(10));
    const id = parseId("namespace", other.ids.namespace) ?? "";
    await server.database.query("update registry_spaces set bytes_max = 250000 where namespace_id = $1", [
      id,
    ]);
    const [slow, content] = [await pusher.beginUpload(name), randomBytes(150_000)];
    await pusher.send(slow, { method: "PATCH", body: "" });
    let send: ReadableStreamDefaultController<Uint8Array> | undefined;
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        send = controller;
        controller.enqueue(content.subarray(0, 10));
      },
    });
    const patching = pusher.send(slow, { method: "PATCH", body });
    const uploads = join(server.home, "registry", id, "uploads");
    await waitFor(async () => {
      const [upload = ""] = await readdir(uploads);
      return (await stat(join(uploads, upload))).size === 10;
    });
    await pusher.pushBlob(name, randomBytes(150_000));
    send?.enqueue(content.subarray(10));
    send?.close();
    expect((await patching).status).toBe(202);
    const put = await pusher.send(withQuery(slow, { digest: digestOf(content) }), { method: "PUT" });
    expect(await codeOf(put)).toBe("403 DENIED");
    expect(await readdir(uploads)).toEqual([]);
  });

  test("holds for uploads that come at once", async () => {
    const other = await aTenant(server);
    const pusher = new RegistryClient(server.url, other.key);
    const name = `${other.ids.namespace}/image`;
    await pusher.pushBlob(name, randomBytes(10));
    const id = parseId("namespace", other.ids.namespace);
    await server.database.query("update registry_spaces set bytes_max = 250000 where namespace_id = $1", [
      id,
    ]);
    const pushed = await Promise.allSettled(
      Array.from({ length: 5 }, () => pusher.pushBlob(name, randomBytes(100_000))),
    );
    expect(pushed.filter(({ status }) => status === "fulfilled").length).toBeLessThanOrEqual(2);
    const kept = await server.database.query<{ sum: string }>(
      "select sum(bytes) from registry_blobs where namespace_id = $1",
      [id],
    );
    expect(Number(kept.rows[0]?.sum)).toBeLessThanOrEqual(250_000);
  });
});

describe("manifests", () => {
  const config = { digest: digestOf("{}"), size: 2 };

  test("that name what this repository does not have are refused, whoever else has it", async () => {
    const stranger = await aTenant(server);
    const foreign = new RegistryClient(server.url, stranger.key);
    const theirs = await foreign.pushImage(`${stranger.ids.namespace}/a`, "v1");
    const sibling = await client.pushImage(`${repository}-b`, "v1");
    await client.pushBlob(repository, Buffer.from("{}"));
    for (const digest of [theirs.layer, sibling.layer, digestOf("nowhere")]) {
      const image = await client.putManifest(repository, "v1", imageOf(config, [{ digest, size: 1_000 }]));
      expect(await codeOf(image)).toBe("404 MANIFEST_BLOB_UNKNOWN");
      expect((await client.send(`${repository}/manifests/v1`)).status).toBe(404);
    }
    for (const { digest, bytes } of [theirs, sibling]) {
      const child = { mediaType: OCI_IMAGE, digest, size: bytes };
      const index = { schemaVersion: 2, mediaType: OCI_INDEX, manifests: [child] };
      expect(await codeOf(await client.putManifest(repository, "v1", index))).toBe(
        "404 MANIFEST_BLOB_UNKNOWN",
      );
    }
  });

  test("that mean two things, or nothing, are refused", async () => {
    await client.pushBlob(repository, Buffer.from("{}"));
    const good = imageOf(config, []);
    const text = JSON.stringify(good);
    const bad: Record<string, string> = {
      "an index as well": JSON.stringify({ ...good, manifests: [] }),
      "an old one as well": JSON.stringify({ ...good, fsLayers: [] }),
      "a key twice": text.replace('"layers":[]', '"layers":[],"layers":[]'),
      "a key twice, once escaped": text.replace('"layers":[]', '"layers":[],"l\\u0061yers":[]'),
      "a key twice, deeper": text.replace('"size":2', '"size":2,"size":2'),
      "another size": JSON.stringify(imageOf({ ...config, size: 3 }, [])),
      "a negative size": JSON.stringify(imageOf({ ...config, size: -1 }, [])),
      "no config": JSON.stringify({ ...good, config: undefined }),
      "a digest that is none": JSON.stringify(imageOf({ ...config, digest: "sha256:../../x" }, [])),
      "another version": JSON.stringify({ ...good, schemaVersion: 1 }),
      "layers that are none": JSON.stringify({ ...good, layers: { length: 1 } }),
      "a type that no text holds": JSON.stringify({ ...good, artifactType: "a\u0000b" }),
      "a lone surrogate": text.replace("image.config", "\\ud800"),
      "no JSON": "x",
      "no object": "null",
      nesting: `${'{"a":'.repeat(100_000)}1${"}".repeat(100_000)}`,
      "too many layers": JSON.stringify(
        imageOf(
          config,
          Array.from({ length: 1_001 }, () => config),
        ),
      ),
    };
    for (const [what, body] of Object.entries(bad)) {
      const answer = await client.send(`${repository}/manifests/v1`, {
        method: "PUT",
        headers: { "content-type": OCI_IMAGE },
        body,
      });
      expect([what, await codeOf(answer)]).toEqual([what, "400 MANIFEST_INVALID"]);
    }
    for (const type of [
      OCI_INDEX,
      "text/html",
      "application/vnd.docker.distribution.manifest.v1+prettyjws",
    ]) {
      const answer = await client.send(`${repository}/manifests/v1`, {
        method: "PUT",
        headers: { "content-type": type },
        body: text,
      });
      expect([type, await codeOf(answer)]).toEqual([type, "400 MANIFEST_INVALID"]);
    }
    const wrong = await client.putManifest(repository, digestOf("else"), good);
    expect(await codeOf(wrong)).toBe("400 DIGEST_INVALID");
    const tags = await (await client.send(`${repository}/tags/list`)).json();
    expect(tags).toEqual({ name: repository, tags: [] });
    expect((await client.putManifest(repository, "v1", good)).status).toBe(201);
  });

  test("over their limit are refused as soon as it is clear", async () => {
    const answer = await client.send(`${repository}/manifests/v1`, {
      method: "PUT",
      headers: { "content-type": OCI_IMAGE },
      body: "x".repeat(4 * 1024 * 1024 + 1),
    });
    expect(await codeOf(answer)).toBe("413 SIZE_INVALID");
  });
});

async function fileSizes(): Promise<number[]> {
  const folder = join(server.home, "registry", namespaceId(), "uploads");
  return Promise.all((await readdir(folder)).map(async (name) => (await stat(join(folder, name))).size));
}

async function waitFor<T>(ask: () => Promise<T | false | undefined>): Promise<T> {
  for (const until = Date.now() + 20_000; Date.now() < until; ) {
    const answer = await ask();
    if (answer !== false && answer !== undefined) return answer;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new RangeError("It did not come.");
}
