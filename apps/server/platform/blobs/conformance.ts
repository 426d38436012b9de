import { createHash, randomBytes, randomUUID } from "node:crypto";
import { buffer } from "node:stream/consumers";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { ContentPlace, ContentStore } from "./content-store.ts";
import { type Digest, parseDigest } from "./digest.ts";

export interface ContentPeer {
  store: ContentStore;
  close(): Promise<void>;
}

export interface ContentOptions {
  open(): Promise<ContentPeer>;
  /** Of digests: what the store takes. */
  algorithms: readonly Digest["algorithm"][];
  /** A blob of one repository can be made another's without its bytes. */
  isLinking: boolean;
}

/** What the registry relies on, for every place where bytes may lie. */
export function describeContentStore(name: string, { open, algorithms, isLinking }: ContentOptions): void {
  describe(`content store: ${name}`, () => {
    let peer: ContentPeer;
    let store: ContentStore;
    let place: ContentPlace;
    beforeAll(async () => {
      peer = await open();
      store = peer.store;
    });
    beforeEach(() => {
      place = { namespaceId: randomUUID(), repository: "team/image" };
    });
    afterAll(() => peer.close());

    /** Sent in pieces that end at these offsets. */
    async function push(
      content: Buffer,
      ends: readonly number[] = [],
      algorithm: Digest["algorithm"] = "sha256",
    ) {
      const digest = digestOf(content, algorithm);
      const upload = await store.begin(place);
      let offset = 0;
      for (const end of [...ends, content.byteLength])
        offset = await store.append(place, upload, pieceOf(content, offset, end), ignore);
      await store.seal(place, upload, { digest, bytes: content.byteLength });
      await store.complete(place, upload, digest);
      return digest;
    }

    const read = async (digest: Digest, range?: { start: number; end: number }) =>
      buffer(await store.open(place, digest, range));

    test.each(algorithms)("what was sent is read, whole and by ranges (%s)", async (algorithm) => {
      const content = randomBytes(100_000);
      const digest = await push(content, [], algorithm);
      expect(await read(digest)).toEqual(content);
      expect(await read(digest, { start: 0, end: 0 })).toEqual(content.subarray(0, 1));
      expect(await read(digest, { start: 99_990, end: 99_999 })).toEqual(content.subarray(-10));
    });

    test("pieces of any size become one blob", async () => {
      const content = randomBytes(12 * 1024 * 1024);
      const digest = await push(content, [1, 2, 1_000, 5_000_000, 5_000_001, 11_000_000]);
      expect((await read(digest)).equals(content)).toBe(true);
    });

    test("equal bytes are sent twice, and stay", async () => {
      const content = randomBytes(1_000);
      await push(content);
      expect(await read(await push(content))).toEqual(content);
    });

    test("another digest than the content's is refused", async () => {
      const content = randomBytes(1_000);
      const upload = await store.begin(place);
      await store.append(place, upload, pieceOf(content, 0, 1_000), ignore);
      const digest = digestOf(Buffer.from("else"), "sha256");
      const finish = async () => {
        await store.seal(place, upload, { digest, bytes: 1_000 });
        await store.complete(place, upload, digest);
      };
      await expect(finish()).rejects.toMatchObject({ code: "REGISTRY_DIGEST_INVALID" });
      await store.abandon(place, upload);
      await expect(read(digest)).rejects.toMatchObject({ code: "REGISTRY_BLOB_UNKNOWN" });
    });

    test("a source that breaks leaves what came, and the upload goes on after it", async () => {
      const content = randomBytes(300_000);
      const upload = await store.begin(place);
      async function* breaking() {
        yield content.subarray(0, 100_000);
        throw new RangeError("the connection broke");
      }
      let kept = 0;
      const appended = store.append(place, upload, { offset: 0, source: breaking() }, (offset) => {
        kept = offset;
      });
      await expect(appended).rejects.toThrow("the connection broke");
      expect(kept).toBe(100_000);
      await store.append(place, upload, pieceOf(content, kept, 300_000), ignore);
      const digest = digestOf(content, "sha256");
      await store.seal(place, upload, { digest, bytes: 300_000 });
      await store.complete(place, upload, digest);
      expect((await read(digest)).equals(content)).toBe(true);
    });

    test("what was abandoned is gone, and may be abandoned again", async () => {
      const upload = await store.begin(place);
      await store.append(place, upload, pieceOf(randomBytes(10), 0, 10), ignore);
      await store.abandon(place, upload);
      await store.abandon(place, upload);
      const more = store.append(place, upload, pieceOf(randomBytes(20), 10, 20), ignore);
      await expect(more).rejects.toMatchObject({ code: "REGISTRY_UPLOAD_UNKNOWN" });
    });

    test("what is not there is not there", async () => {
      const digest = digestOf(randomBytes(10), "sha256");
      await expect(read(digest)).rejects.toMatchObject({ code: "REGISTRY_BLOB_UNKNOWN" });
      await store.remove(place.namespaceId, digest);
      const other = { ...place, namespaceId: randomUUID() };
      const pushed = await push(randomBytes(10));
      await expect(store.open(other, pushed)).rejects.toMatchObject({ code: "REGISTRY_BLOB_UNKNOWN" });
    });

    test("a blob becomes another repository's, or it is said that it has to be sent", async () => {
      const content = randomBytes(1_000);
      const digest = await push(content);
      const to = { ...place, repository: "team/other" };
      expect(await store.link(place, to, digest)).toBe(isLinking);
      if (isLinking) expect(await buffer(await store.open(to, digest))).toEqual(content);
    });

    test("an image is handed on with its tags, which move and go", async () => {
      const config = Buffer.from(JSON.stringify({ architecture: "amd64", os: "linux", made: randomUUID() }));
      const described = { digest: (await push(config)).text, size: config.byteLength };
      const layer = randomBytes(1_000);
      const layers = [{ digest: (await push(layer)).text, size: layer.byteLength }];
      const mediaType = "application/vnd.docker.distribution.manifest.v2+json";
      const put = async (note: string, tags: string[]) => {
        const content = Buffer.from(
          JSON.stringify({
            schemaVersion: 2,
            mediaType,
            config: { mediaType: "application/vnd.docker.container.image.v1+json", ...described },
            layers: layers.map((one) => ({
              mediaType: "application/vnd.docker.image.rootfs.diff.tar.gzip",
              ...one,
            })),
            annotations: { note },
          }),
        );
        const digest = digestOf(content, "sha256");
        await store.putManifest(place, { digest, mediaType, content, tags });
        return digest;
      };
      const first = await put("first", ["v1", "latest"]);
      // The same again changes nothing; other bytes take the tag.
      await put("first", ["v1"]);
      const second = await put("second", ["latest"]);
      await store.removeTag(place, "v1");
      await store.removeTag(place, "v1");
      for (const digest of [first, second, second]) await store.removeManifest(place, digest);
    });
  });
}

function digestOf(content: Buffer, algorithm: Digest["algorithm"]): Digest {
  return parseDigest(`${algorithm}:${createHash(algorithm).update(content).digest("hex")}`)!;
}

function pieceOf(content: Buffer, offset: number, end: number) {
  async function* chunks() {
    for (let at = offset; at < end; at += 65_536) yield content.subarray(at, Math.min(at + 65_536, end));
  }
  return { offset, source: chunks() };
}

function ignore(): void {}
