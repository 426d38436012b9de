import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import {
  codeOf,
  digestOf,
  imageOf,
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
/** A new one for each test. */
let repository: string;
beforeAll(async () => {
  server = await startTestServer();
  tenant = await aTenant(server);
  client = new RegistryClient(server.url, tenant.key);
});
beforeEach(() => {
  count += 1;
  repository = `${tenant.ids.namespace}/team/image-${count}`;
});
afterAll(async () => {
  expect(server.reported).toEqual([]);
  await server[Symbol.asyncDispose]();
});

const bytesOf = async (answer: Response) => Buffer.from(await answer.arrayBuffer());

describe("blobs", () => {
  test("what was pushed is pulled, whole and by ranges, and known by HEAD", async () => {
    const content = randomBytes(300_000);
    const digest = await client.pushBlob(repository, content);
    const path = `${repository}/blobs/${digest}`;
    const whole = await client.send(path);
    expect([whole.status, await bytesOf(whole)]).toEqual([200, content]);
    const head = await client.send(path, { method: "HEAD" });
    expect([head.status, head.headers.get("content-length")]).toEqual([200, "300000"]);
    expect(head.headers.get("docker-content-digest")).toBe(digest);
    const part = async (range: string) => {
      const answer = await client.send(path, { headers: { range } });
      return [answer.status, answer.headers.get("content-range"), await bytesOf(answer)];
    };
    expect(await part("bytes=10-19")).toEqual([206, "bytes 10-19/300000", content.subarray(10, 20)]);
    expect(await part("bytes=299990-")).toEqual([206, "bytes 299990-299999/300000", content.subarray(-10)]);
    expect(await part("bytes=-5")).toEqual([206, "bytes 299995-299999/300000", content.subarray(-5)]);
    expect(await part("bytes=5-999999999")).toEqual([206, "bytes 5-299999/300000", content.subarray(5)]);
    expect(await part("bytes=300000-")).toEqual([416, "bytes */300000", Buffer.alloc(0)]);
    for (const odd of ["bytes=9-5", "bytes=-", "items=0-1", "bytes=0-1,3-4"])
      expect((await part(odd))[0]).toBe(200);
  });

  test("a digest of sha512 is as good, in one request or in pieces", async () => {
    const content = randomBytes(5_000);
    const digest = digestOf(content, "sha512");
    const location = await client.beginUpload(repository);
    await client.send(location, { method: "PATCH", body: content });
    const put = await client.send(withQuery(location, { digest }), { method: "PUT" });
    expect([put.status, put.headers.get("location")]).toEqual([201, `/v2/${repository}/blobs/${digest}`]);
    expect(await bytesOf(await client.send(`${repository}/blobs/${digest}`))).toEqual(content);
  });

  test("an upload in pieces says how far it is, refuses a wrong place, and goes on", async () => {
    const content = randomBytes(3_000);
    const location = await client.beginUpload(repository);
    const patch = (first: number, last: number) =>
      client.send(location, {
        method: "PATCH",
        headers: { "content-range": `${first}-${last}` },
        body: content.subarray(first, last + 1),
      });
    expect((await patch(0, 999)).headers.get("range")).toBe("0-999");
    expect(await codeOf(await patch(2000, 2999))).toBe("416 BLOB_UPLOAD_INVALID");
    expect(await codeOf(await patch(0, 999))).toBe("416 BLOB_UPLOAD_INVALID");
    const status = await client.send(location);
    expect([status.status, status.headers.get("range")]).toEqual([204, "0-999"]);
    expect((await patch(1000, 1999)).status).toBe(202);
    const digest = digestOf(content);
    const put = await client.send(withQuery(location, { digest }), {
      method: "PUT",
      headers: { "content-range": "2000-2999" },
      body: content.subarray(2000),
    });
    expect(put.status).toBe(201);
    expect(await bytesOf(await client.send(`${repository}/blobs/${digest}`))).toEqual(content);
    expect(await codeOf(await client.send(location))).toBe("404 BLOB_UPLOAD_UNKNOWN");
  });

  test("an upload that was cancelled is gone", async () => {
    const location = await client.beginUpload(repository);
    expect((await client.send(location, { method: "DELETE" })).status).toBe(204);
    for (const method of ["GET", "PATCH", "PUT", "DELETE"])
      expect([
        method,
        (await client.send(withQuery(location, { digest: digestOf("") }), { method })).status,
      ]).toEqual([method, 404]);
  });

  test("one POST pushes it; equal bytes are kept once in a namespace", async () => {
    const content = randomBytes(700);
    const digest = digestOf(content);
    const post = (name: string) =>
      client.send(`${name}/blobs/uploads/?digest=${digest}`, { method: "POST", body: content });
    expect((await post(repository)).status).toBe(201);
    expect((await post(`${repository}-copy`)).status).toBe(201);
    const kept = await server.database.query("select bytes from registry_blobs where digest = $1", [digest]);
    expect(kept.rows).toEqual([{ bytes: "700" }]);
  });

  test("a mount makes it another repository's without its bytes, said from where or not", async () => {
    const digest = await client.pushBlob(repository, randomBytes(700));
    const mount = (to: string, from: Record<string, string>) =>
      client.send(withQuery(`${to}/blobs/uploads/`, { mount: digest, ...from }), { method: "POST" });
    const [first, second, third] = ["a", "b", "c"].map((suffix) => `${repository}-${suffix}`) as [
      string,
      string,
      string,
    ];
    expect((await client.send(`${first}/blobs/${digest}`)).status).toBe(404);
    expect((await mount(first, { from: repository })).status).toBe(201);
    expect((await mount(second, {})).status).toBe(201);
    for (const name of [first, second])
      expect((await client.send(`${name}/blobs/${digest}`)).status).toBe(200);
    // From one that does not have it: it has to be sent, and the answer is where to.
    const begun = await mount(third, { from: `${repository}-empty` });
    expect([begun.status, begun.headers.get("location")]).toEqual([202, expect.stringContaining(third)]);
  });
});

describe("manifests", () => {
  test("an image is pulled by its tag and by its digest, as it was pushed", async () => {
    const { digest, bytes } = await client.pushImage(repository, "v1");
    for (const reference of ["v1", digest]) {
      const got = await client.send(`${repository}/manifests/${reference}`);
      expect([got.status, got.headers.get("docker-content-digest")]).toEqual([200, digest]);
      expect(digestOf(await bytesOf(got))).toBe(digest);
      const head = await client.send(`${repository}/manifests/${reference}`, { method: "HEAD" });
      expect([head.status, head.headers.get("content-length")]).toEqual([200, String(bytes)]);
    }
  });

  test("a tag that moves leaves the digest that it had", async () => {
    const first = await client.pushImage(repository, "latest");
    const second = await client.pushImage(repository, "latest");
    const tagged = await client.send(`${repository}/manifests/latest`);
    expect(tagged.headers.get("docker-content-digest")).toBe(second.digest);
    expect((await client.send(`${repository}/manifests/${first.digest}`)).status).toBe(200);
  });

  test("one push by digest sets several tags", async () => {
    const { digest } = await client.pushImage(repository, "v1");
    const content = await (await client.send(`${repository}/manifests/v1`)).text();
    const pushed = await client.putManifest(repository, `${digest}?tag=v1.0&tag=latest`, content);
    expect([pushed.status, pushed.headers.get("oci-tag")]).toEqual([201, "v1.0, latest"]);
    const tags = await (await client.send(`${repository}/tags/list`)).json();
    expect(tags).toEqual({ name: repository, tags: ["latest", "v1", "v1.0"] });
  });

  test("tags are listed in the order of their bytes, page by page", async () => {
    for (const tag of ["b", "a", "C", "c", "_x"]) await client.pushImage(repository, tag);
    const pages: string[][] = [];
    let next: string | undefined = `/v2/${repository}/tags/list?n=2`;
    while (next !== undefined) {
      const answer: Response = await client.send(next);
      pages.push(((await answer.json()) as { tags: string[] }).tags);
      next = /^<([^>]+)>; rel="next"$/.exec(answer.headers.get("link") ?? "")?.[1];
    }
    expect(pages).toEqual([["C", "_x"], ["a", "b"], ["c"]]);
    const none = await (await client.send(`${repository}/tags/list?n=0`)).json();
    expect(none).toEqual({ name: repository, tags: [] });
    expect(await codeOf(await client.send(`${repository}/tags/list?n=-1`))).toBe(
      "400 PAGINATION_NUMBER_INVALID",
    );
    expect(await codeOf(await client.send(`${repository}-none/tags/list`))).toBe("404 NAME_UNKNOWN");
  });

  test("what refers to an image is listed, by kind when asked, whether or not the image is there", async () => {
    const { digest, bytes } = await client.pushImage(repository, "v1");
    const subject = { mediaType: "application/vnd.oci.image.manifest.v1+json", digest, size: bytes };
    const signature = await client.pushImage(repository, "s", {
      subject,
      artifactType: "application/x.signature",
      annotations: { who: "ada" },
    });
    const bill = await client.pushImage(repository, "b", { subject, artifactType: "application/x.sbom" });
    const list = async (query = "") => {
      const answer = await client.send(`${repository}/referrers/${digest}${query}`);
      expect(answer.headers.get("content-type")).toBe(OCI_INDEX);
      const { manifests } = (await answer.json()) as { manifests: { digest: string }[] };
      return { manifests, filter: answer.headers.get("oci-filters-applied") };
    };
    const all = await list();
    expect(all.manifests.map((one) => one.digest).sort()).toEqual([signature.digest, bill.digest].sort());
    expect(await list("?artifactType=application/x.signature")).toEqual({
      manifests: [
        {
          mediaType: "application/vnd.oci.image.manifest.v1+json",
          digest: signature.digest,
          size: signature.bytes,
          artifactType: "application/x.signature",
          annotations: { who: "ada" },
        },
      ],
      filter: "artifactType",
    });
    await client.send(`${repository}/manifests/${digest}`, { method: "DELETE" });
    expect((await list()).manifests).toHaveLength(2);
    await client.send(`${repository}/manifests/${bill.digest}`, { method: "DELETE" });
    expect((await list()).manifests).toHaveLength(1);
  });

  test("more referrers than fit into a page are listed page by page, each once", async () => {
    const { digest, bytes } = await client.pushImage(repository, "v1");
    const subject = { mediaType: "application/vnd.oci.image.manifest.v1+json", digest, size: bytes };
    await client.pushImage(repository, "s", { subject, artifactType: "application/x.sbom" });
    // Copies of that one under other digests; some are of another kind, and some too large to go together.
    await server.database.query(
      `insert into registry_manifests
         (namespace_id, repository_id, digest, media_type, content, bytes, subject, artifact_type, descriptor)
       select namespace_id, repository_id, 'sha256:' || lpad(n::text, 64, '0'), media_type, '', 0, subject,
         case when n % 2 = 0 then artifact_type else 'application/x.other' end,
         convert_to(json_build_object('digest', 'sha256:' || lpad(n::text, 64, '0'), 'annotations',
           json_build_object('a', repeat('x', case when n > 230 then 1000000 else 0 end)))::text, 'UTF8')
       from registry_manifests, generate_series(1, 240) n where subject = $1`,
      [digest],
    );
    const walk = async (query: string) => {
      const digests: string[] = [];
      let pages = 0;
      let next: string | undefined = `/v2/${repository}/referrers/${digest}${query}`;
      while (next !== undefined) {
        const answer: Response = await client.send(next);
        const { manifests } = (await answer.json()) as { manifests: { digest: string }[] };
        digests.push(...manifests.map((one) => one.digest));
        pages += 1;
        next = /^<([^>]+)>; rel="next"$/.exec(answer.headers.get("link") ?? "")?.[1];
      }
      return { count: digests.length, distinct: new Set(digests).size, isManyPages: pages > 2 };
    };
    expect(await walk("")).toEqual({ count: 241, distinct: 241, isManyPages: true });
    const ofKind = await walk("?artifactType=application/x.sbom");
    expect([ofKind.count, ofKind.distinct]).toEqual([121, 121]);
  });

  test("a tag is deleted alone, a digest with its tags, a blob when nothing names it", async () => {
    const { digest, layer } = await client.pushImage(repository, "v1");
    const remove = async (path: string) => {
      const answer = await client.send(`${repository}/${path}`, { method: "DELETE" });
      return answer.status === 202 ? 202 : codeOf(answer);
    };
    expect(await remove(`blobs/${layer}`)).toBe("403 DENIED");
    expect(await remove("manifests/v1")).toBe(202);
    expect(await remove("manifests/v1")).toBe("404 MANIFEST_UNKNOWN");
    expect((await client.send(`${repository}/manifests/${digest}`)).status).toBe(200);
    expect(await remove(`manifests/${digest}`)).toBe(202);
    expect(await remove(`manifests/${digest}`)).toBe("404 MANIFEST_UNKNOWN");
    expect(await remove(`blobs/${layer}`)).toBe(202);
    expect(await remove(`blobs/${layer}`)).toBe("404 BLOB_UNKNOWN");
    expect((await client.send(`${repository}/blobs/${layer}`)).status).toBe(404);
  });

  test("an image that an index names stays until the index goes", async () => {
    const image = await client.pushImage(repository, "v1");
    const child = {
      mediaType: "application/vnd.oci.image.manifest.v1+json",
      digest: image.digest,
      size: image.bytes,
    };
    const index = { schemaVersion: 2, mediaType: OCI_INDEX, manifests: [child] };
    const pushed = await client.putManifest(repository, "all", index);
    expect(pushed.status).toBe(201);
    const remove = (digest: string | null) =>
      client.send(`${repository}/manifests/${digest}`, { method: "DELETE" });
    expect(await codeOf(await remove(image.digest))).toBe("403 DENIED");
    expect((await remove(pushed.headers.get("docker-content-digest"))).status).toBe(202);
    expect((await remove(image.digest)).status).toBe(202);
  });
});

test("what is pushed and deleted stands in the audit log", async () => {
  const { digest } = await client.pushImage(repository, "v1");
  await client.send(`${repository}/manifests/${digest}`, { method: "DELETE" });
  const { items } = await server
    .client(tenant.key)
    .listAudit({ params: { organizationId: tenant.ids.organization }, query: { limit: 2 } });
  const subjects = {
    namespaceId: tenant.ids.namespace,
    repository: repository.replace(/^[^/]+\//, ""),
    digest,
  };
  expect(items.map(({ action, subjects: named }) => ({ action, named }))).toEqual([
    { action: "registryDeleteManifest", named: subjects },
    { action: "registryPushManifest", named: { ...subjects, tag: "v1" } },
  ]);
});

test("a manifest without layers needs its config only", async () => {
  const config = await client.pushBlob(repository, Buffer.from("{}"));
  const pushed = await client.putManifest(repository, "v1", imageOf({ digest: config, size: 2 }, []));
  expect(pushed.status).toBe(201);
});
