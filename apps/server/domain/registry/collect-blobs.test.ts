import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdtemp, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { parseDigest } from "../../platform/blobs/digest.ts";
import { DiskContent } from "../../platform/blobs/disk-content.ts";
import { newUuid } from "../../platform/uuid-v7.ts";
import { anOrganization } from "../../testing/builders.ts";
import { digestOf, imageOf, OCI_IMAGE } from "../../testing/registry-client.ts";
import { createTestDatabase, type TestDatabase } from "../../testing/test-database.ts";
import { type CollectOptions, collectBlobs } from "./collect-blobs.ts";
import { deleteManifest } from "./delete-manifest.ts";
import { mountBlob } from "./mount-blob.ts";
import type { RepositoryName } from "./names.ts";
import { beginUpload, pushBlob } from "./push-blob.ts";
import { pushManifest } from "./push-manifest.ts";
import { openRegistry, type Registry } from "./registry.ts";
import { findBlob, findRepository, findUsage, noteBlobUse } from "./store.ts";

let database: TestDatabase;
let home: string;
let registry: Registry;
let name: RepositoryName;
/** Digests that a runtime needs. */
const wanted = new Set<string>();
beforeAll(async () => {
  database = await createTestDatabase();
  home = await mkdtemp(join(tmpdir(), "floww-registry-"));
  const keys = { deriveKey: () => Buffer.alloc(32, 1) };
  const content = new DiskContent(join(home, "registry"));
  registry = openRegistry({ database, keys, content }, { isWanted: async (_, digest) => wanted.has(digest) });
});
beforeEach(async () => {
  name = named((await anOrganization(database)).namespace.id, "image");
});
afterAll(async () => {
  await database[Symbol.asyncDispose]();
  await rm(home, { recursive: true });
});

function named(namespaceId: string, repository: string): RepositoryName {
  return { namespaceId, repository, text: `ns/${repository}` };
}

const signal = new AbortController().signal;
const collect = (options: Partial<CollectOptions> = {}) =>
  collectBlobs(registry, { signal, unusedMs: 0, ...options });

async function push(content: Buffer, to: RepositoryName = name): Promise<string> {
  const digest = parseDigest(digestOf(content))!;
  await pushBlob(registry, to, {
    digest,
    piece: { source: [content] as never },
    confirm: async () => undefined,
  });
  return digest.text;
}

async function pushImage(tag: string, layer: string, bytes: number): Promise<string> {
  const config = await push(Buffer.from("{}"));
  const content = Buffer.from(
    JSON.stringify(imageOf({ digest: config, size: 2 }, [{ digest: layer, size: bytes }])),
  );
  const pushed = await pushManifest(registry, name, {
    reference: { tag },
    tags: [],
    content,
    contentType: OCI_IMAGE,
  });
  return pushed.digest.text;
}

/** As a client sees it, and on the disk. */
async function isThere(digest: string, where: RepositoryName = name): Promise<[boolean, boolean]> {
  const repositoryId = await findRepository(database, where);
  const bytes = repositoryId === undefined ? undefined : await findBlob(database, repositoryId, digest);
  return [bytes !== undefined, existsSync(blobFile(where.namespaceId, digest))];
}

function blobFile(namespaceId: string, digest: string): string {
  const { algorithm, hex } = parseDigest(digest)!;
  return join(home, "registry", namespaceId, algorithm, hex.slice(0, 2), hex);
}

describe("a blob", () => {
  test("that no manifest names goes, with its bytes and its place in the namespace's space", async () => {
    const digest = await push(randomBytes(5_000));
    await collect();
    expect(await isThere(digest)).toEqual([false, false]);
    expect((await findUsage(database, name.namespaceId)).keptBytes).toBe(0);
    expect(await findRepository(database, name)).toBeUndefined();
  });

  test("that was pushed, mounted or looked for within the hour stays", async () => {
    const digest = await push(randomBytes(10));
    const old = () =>
      database.query("update registry_repository_blobs set used_at = now() - interval '61 minutes'");
    await collectBlobs(registry, { signal });
    expect(await isThere(digest)).toEqual([true, true]);
    await old();
    await noteBlobUse(database, (await findRepository(database, name)) ?? "", digest);
    await collectBlobs(registry, { signal });
    expect(await isThere(digest)).toEqual([true, true]);
    await old();
    await collectBlobs(registry, { signal });
    expect(await isThere(digest)).toEqual([false, false]);
  });

  test("stays as long as any manifest names it, tagged or not", async () => {
    const layer = await push(randomBytes(10));
    const first = await pushImage("v1", layer, 10);
    const other = randomBytes(20);
    await pushImage("v1", await push(other), 20);
    await collect();
    expect(await isThere(layer)).toEqual([true, true]);
    await deleteManifest(registry, name, { digest: parseDigest(first)! });
    await collect();
    expect(await isThere(layer)).toEqual([false, false]);
    expect(await isThere(digestOf(other))).toEqual([true, true]);
    expect(await isThere(digestOf("{}"))).toEqual([true, true]);
  });

  test("goes from one repository and stays in another, and in another namespace", async () => {
    const content = randomBytes(10);
    const digest = await push(content);
    const sibling = named(name.namespaceId, "sibling");
    await mountBlob(registry, sibling, { from: name, digest: parseDigest(digest)! });
    const stranger = named((await anOrganization(database)).namespace.id, "image");
    await push(content, stranger);
    await database.query(
      `update registry_repository_blobs set used_at = now() - interval '61 minutes'
       where repository_id = (select id from registry_repositories where namespace_id = $1 and name = 'image')`,
      [name.namespaceId],
    );
    await collectBlobs(registry, { signal });
    expect(await isThere(digest)).toEqual([false, true]);
    expect(await isThere(digest, sibling)).toEqual([true, true]);
    expect(await isThere(digest, stranger)).toEqual([true, true]);
  });
});

/** A transaction of the test's own that holds a table, so that whoever comes to it waits there. */
async function pauseAt(table: string): Promise<{ waiting(): Promise<void>; release(): Promise<void> }> {
  const client = await database.connect();
  await client.query(`begin; lock table ${table} in access exclusive mode`);
  return {
    waiting: async () => {
      const asked = "select from pg_locks where not granted and relation = $1::regclass";
      for (const until = Date.now() + 20_000; Date.now() < until; ) {
        if ((await database.query(asked, [table])).rowCount !== 0) return;
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      throw new RangeError(`Nobody came to ${table}.`);
    },
    release: async () => {
      await client.query("commit");
      await client.end();
    },
  };
}

describe("at the same moment", () => {
  test("a blob that a manifest under way names stays, and the manifest is whole", async () => {
    const layer = await push(randomBytes(10));
    // Its blobs are named, its tag is not set, nothing is committed.
    const pause = await pauseAt("registry_tags");
    const pushing = pushImage("v1", layer, 10);
    await pause.waiting();
    const collecting = collect();
    await Promise.race([collecting, waitsForTransaction()]);
    await pause.release();
    const [digest] = await Promise.all([pushing, collecting]);
    await collect();
    expect(digest).toMatch(/^sha256:/);
    expect(await isThere(layer)).toEqual([true, true]);
    expect(await isThere(digestOf("{}"))).toEqual([true, true]);
  });

  test("a blob that is being collected is not named: the manifest is refused, and its push can be done again", async () => {
    const content = randomBytes(10);
    const layer = await push(content);
    await push(Buffer.from("{}"));
    // The link is gone, but nothing is committed yet: collecting waits to look for blobs without a link.
    const pause = await pauseAt("registry_manifest_blobs");
    const collecting = collect();
    await pause.waiting();
    const pushing = pushImage("v1", layer, 10).catch((error: unknown) => error);
    await pause.release();
    const [result] = await Promise.all([pushing, collecting]);
    const isWhole = typeof result === "string";
    if (!isWhole) expect(result).toMatchObject({ code: "REGISTRY_MANIFEST_BLOB_UNKNOWN" });
    expect(await isThere(layer)).toEqual([isWhole, isWhole]);
    await push(content);
    await pushImage("v1", layer, 10);
    await collect();
    expect(await isThere(layer)).toEqual([true, true]);
  });

  test("bytes that are pushed while they are removed wait, and are there afterwards", async () => {
    const content = randomBytes(10);
    const digest = await push(content);
    const [reached, goOn] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    class PausedContent extends DiskContent {
      override async remove(...removed: Parameters<DiskContent["remove"]>): Promise<void> {
        reached.resolve();
        await goOn.promise;
        await super.remove(...removed);
      }
    }
    const paused = { ...registry, content: new PausedContent(join(home, "registry")) };
    const collecting = collectBlobs(paused, { signal, unusedMs: 0 });
    await reached.promise;
    const pushing = push(content);
    await Promise.race([pushing, waitsForTransaction()]);
    goOn.resolve();
    await Promise.all([collecting, pushing]);
    expect(await isThere(digest)).toEqual([true, true]);
  });

  test("many who push equal bytes while they are collected: what is said to be there is there", async () => {
    const content = randomBytes(100);
    for (let round = 0; round < 10; round++) {
      await Promise.all([push(content), collect(), push(content), collect()]);
      const [isKnown, isOnDisk] = await isThere(digestOf(content));
      if (isKnown) expect(isOnDisk).toBe(true);
    }
    await push(content);
    expect(await isThere(digestOf(content))).toEqual([true, true]);
  });

  async function waitsForTransaction(): Promise<void> {
    const asked = "select from pg_locks where not granted and locktype in ('transactionid', 'tuple')";
    for (const until = Date.now() + 20_000; Date.now() < until; ) {
      if ((await database.query(asked)).rowCount !== 0) return;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
});

test("a collector that died after the bytes were gone: the blob counts as missing, and can be pushed again", async () => {
  const content = randomBytes(10);
  const digest = await push(content);
  await database.query("delete from registry_repository_blobs where digest = $1", [digest]);
  await database.query("update registry_blobs set is_being_removed = true where digest = $1", [digest]);
  await rm(blobFile(name.namespaceId, digest));
  expect((await isThere(digest))[0]).toBe(false);
  expect((await findUsage(database, name.namespaceId)).keptBytes).toBe(0);
  await push(content);
  await collectBlobs(registry, { signal });
  expect(await isThere(digest)).toEqual([true, true]);
});

test("an image that a runtime runs is not deleted, whoever asks", async () => {
  const digest = await pushImage("v1", await push(randomBytes(10)), 10);
  wanted.add(digest);
  const deleting = () => deleteManifest(registry, name, { digest: parseDigest(digest)! });
  await expect(deleting()).rejects.toMatchObject({ code: "REGISTRY_IN_USE" });
  wanted.delete(digest);
  await deleting();
});

test("an upload that nobody finishes is forgotten, and one that a request writes to is not", async () => {
  const [idle, held] = [await beginUpload(registry, name), await beginUpload(registry, name)];
  const file = (key: string) => join(home, "registry", name.namespaceId, "uploads", key);
  using _held = registry.uploads.hold(held.id);
  await collect({ uploadIdleMs: 0 });
  expect([existsSync(file(idle.storeKey)), existsSync(file(held.storeKey))]).toEqual([false, true]);
  const rows = await database.query("select id from registry_uploads");
  expect(rows.rows).toEqual([{ id: held.id }]);
});

test("what a crash left on the disk is swept when it is old, and nothing that is known", async () => {
  const known = await push(randomBytes(10));
  const upload = await beginUpload(registry, name);
  const uploads = join(home, "registry", name.namespaceId, "uploads");
  const shard = parseDigest(known)!.hex.slice(0, 2);
  const files = {
    lostBlob: blobFile(name.namespaceId, `sha256:${shard}${"0".repeat(62)}`),
    lostUpload: join(uploads, newUuid()),
    knownBlob: blobFile(name.namespaceId, known),
    knownUpload: join(uploads, upload.storeKey),
  };
  await writeFile(files.lostBlob, "x");
  await writeFile(files.lostUpload, "x");
  const present = () =>
    Object.fromEntries(Object.entries(files).map(([key, file]) => [key, existsSync(file)]));
  await collectBlobs(registry, { signal });
  expect(present()).toEqual({ lostBlob: true, lostUpload: true, knownBlob: true, knownUpload: true });
  const yesterday = new Date(Date.now() - 25 * 60 * 60 * 1000);
  for (const file of Object.values(files)) await utimes(file, yesterday, yesterday);
  await collectBlobs(registry, { signal });
  expect(present()).toEqual({ lostBlob: false, lostUpload: false, knownBlob: true, knownUpload: true });
});
