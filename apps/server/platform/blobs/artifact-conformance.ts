import { createHash, randomBytes, randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { ArtifactStore } from "./artifact-store.ts";

export interface ArtifactPeer {
  store: ArtifactStore;
  close(): Promise<void>;
}

/** What the rooms rely on, for every place where artifacts may lie. */
export function describeArtifactStore(name: string, open: () => Promise<ArtifactPeer>): void {
  describe(`artifact store: ${name}`, () => {
    let peer: ArtifactPeer;
    let store: ArtifactStore;
    let namespaceId: string;
    beforeAll(async () => {
      peer = await open();
      store = peer.store;
    });
    beforeEach(() => {
      namespaceId = randomUUID();
    });
    afterAll(() => peer.close());

    const collect = (hash: string, isWanted: () => Promise<boolean>, olderThanMs = -1) =>
      store.collect(namespaceId, hash, { olderThanMs, isWanted });
    const unwanted = async () => false;
    const wanted = async () => true;

    test.each([0, 1, 300_000, 12 * 1024 * 1024])("%d bytes are kept by their hash", async (size) => {
      const bytes = randomBytes(size);
      const hash = await store.put(namespaceId, bytes);
      expect(hash).toBe(createHash("sha256").update(bytes).digest("hex"));
      expect((await store.get(namespaceId, hash)).equals(bytes)).toBe(true);
      expect(await store.has(namespaceId, hash)).toBe(true);
      expect(await store.sizeOf(namespaceId, hash)).toBe(size);
    });

    test("equal bytes are put again, also at the same moment", async () => {
      const bytes = randomBytes(5_000);
      const puts = Array.from({ length: 8 }, () => store.put(namespaceId, bytes));
      expect(new Set(await Promise.all([...puts, store.put(namespaceId, bytes)])).size).toBe(1);
      expect(await store.get(namespaceId, (await puts[0])!)).toEqual(bytes);
    });

    test("another namespace has nothing of it, and loses nothing with it", async () => {
      const bytes = randomBytes(100);
      const hash = await store.put(namespaceId, bytes);
      const other = randomUUID();
      await expect(store.get(other, hash)).rejects.toMatchObject({ code: "NOT_FOUND" });
      expect(await store.has(other, hash)).toBe(false);
      await store.put(other, bytes);
      await collect(hash, unwanted);
      expect(await store.get(other, hash)).toEqual(bytes);
    });

    test("what is not there is not there", async () => {
      const hash = "0".repeat(64);
      await expect(store.get(namespaceId, hash)).rejects.toMatchObject({ code: "NOT_FOUND" });
      expect(await store.has(namespaceId, hash)).toBe(false);
      expect(await store.sizeOf(namespaceId, hash)).toBe(0);
      expect(await collect(hash, unwanted)).toBe(true);
    });

    test.each([
      ["../../../../../../../../etc", "0".repeat(64)],
      [randomUUID(), "../../../../../../../../etc/passwd"],
      [randomUUID(), "A".repeat(64)],
      ["", "0".repeat(64)],
      [randomUUID(), `${"0".repeat(64)}\n`],
    ])("%j %j is no artifact's name", async (id, hash) => {
      const isNone = { code: "NOT_FOUND" };
      await expect(store.get(id, hash)).rejects.toMatchObject(isNone);
      await expect(store.sizeOf(id, hash)).rejects.toMatchObject(isNone);
      const options = { olderThanMs: -1, isWanted: unwanted };
      await expect(store.collect(id, hash, options)).rejects.toMatchObject(isNone);
    });

    test("what nobody wants goes, what somebody wants stays, what is young is not judged", async () => {
      const hash = await store.put(namespaceId, randomBytes(100));
      expect(await collect(hash, unwanted, 60_000)).toBe(false);
      expect(await collect(hash, wanted)).toBe(true);
      expect(await store.has(namespaceId, hash)).toBe(true);
      expect(await collect(hash, unwanted)).toBe(true);
      expect(await store.has(namespaceId, hash)).toBe(false);
      await expect(store.get(namespaceId, hash)).rejects.toMatchObject({ code: "NOT_FOUND" });
    });

    test("out of sight it is read all the same, and whoever puts it then has it", async () => {
      const bytes = randomBytes(100);
      const hash = await store.put(namespaceId, bytes);
      await collect(hash, async () => {
        expect(await store.has(namespaceId, hash)).toBe(false);
        expect(await store.get(namespaceId, hash)).toEqual(bytes);
        await store.put(namespaceId, bytes);
        return false;
      });
      expect(await store.has(namespaceId, hash)).toBe(true);
      expect(await store.get(namespaceId, hash)).toEqual(bytes);
    });

    test("a collector that dies before it has decided loses nothing, and the next one goes on", async () => {
      const bytes = randomBytes(100);
      const dead = async () => Promise.reject(new RangeError("dead"));
      const hash = await store.put(namespaceId, bytes);
      await expect(collect(hash, dead)).rejects.toThrow("dead");
      expect(await store.get(namespaceId, hash)).toEqual(bytes);
      expect(await collect(hash, wanted)).toBe(true);
      expect(await store.has(namespaceId, hash)).toBe(true);
      await expect(collect(hash, dead)).rejects.toThrow("dead");
      await store.put(namespaceId, bytes);
      expect(await store.has(namespaceId, hash)).toBe(true);
      await expect(collect(hash, dead)).rejects.toThrow("dead");
      expect(await collect(hash, unwanted)).toBe(true);
      await expect(store.get(namespaceId, hash)).rejects.toMatchObject({ code: "NOT_FOUND" });
    });

    test("put and collected at once by several: what was put after the judgement is there", async () => {
      const bytes = randomBytes(1_000);
      for (let round = 0; round < 8; round++) {
        const hash = await store.put(namespaceId, bytes);
        let isRecorded = false;
        const isWanted = async () => isRecorded;
        const put = async () => {
          await store.put(namespaceId, bytes);
          isRecorded = true;
        };
        // Judged by who does not know yet, while it is put: afterwards by who knows.
        const judged = collect(hash, async () => {
          await put();
          return false;
        });
        await Promise.all([judged, store.get(namespaceId, hash)]);
        await Promise.all([collect(hash, isWanted), collect(hash, isWanted)]);
        expect(await store.get(namespaceId, hash)).toEqual(bytes);
      }
    });
  });
}
