import { describe, expect, test } from "vitest";
import { GroupCommit } from "./group-commit.ts";

interface Item {
  name: string;
  bytes?: number;
}

/** Flushes are held until they are let go, so that a test decides what arrives during one. */
function heldFlushes() {
  const flushes: { items: Item[]; settle: PromiseWithResolvers<void> }[] = [];
  const commits = new GroupCommit<Item, string>({
    flush: async (items) => {
      const settle = Promise.withResolvers<void>();
      flushes.push({ items, settle });
      await settle.promise;
      return items.map(({ name }) => `done ${name}`);
    },
    bytesOf: ({ bytes = 1 }) => bytes,
    isItemFault: (error) => (error as Error).message === "bad item",
    rowsMax: 3,
    bytesMax: 100,
    queueMax: 6,
  });
  const nextFlush = async (count: number) => {
    while (flushes.length < count) await new Promise((resolve) => setImmediate(resolve));
    return flushes[count - 1]!;
  };
  return { commits, flushes, nextFlush };
}

describe("group commit", () => {
  test("what arrives during a flush goes out in the next one, together", async () => {
    const { commits, flushes, nextFlush } = heldFlushes();
    const first = commits.submit({ name: "a" });
    await nextFlush(1);
    const later = [commits.submit({ name: "b" }), commits.submit({ name: "c" })];
    flushes[0]!.settle.resolve();
    expect(await first).toBe("done a");
    expect((await nextFlush(2)).items.map(({ name }) => name)).toEqual(["b", "c"]);
    flushes[1]!.settle.resolve();
    expect(await Promise.all(later)).toEqual(["done b", "done c"]);
  });

  test("the next flush is on its way before those of the last one go on", async () => {
    const { commits, flushes, nextFlush } = heldFlushes();
    const underWayWhenTold = commits.submit({ name: "a" }).then(() => flushes.length);
    await nextFlush(1);
    const later = commits.submit({ name: "b" });
    flushes[0]!.settle.resolve();
    expect(await underWayWhenTold).toBe(2);
    (await nextFlush(2)).settle.resolve();
    expect(await later).toBe("done b");
  });

  test("a flush holds no more rows and no more bytes than it may, but always one item", async () => {
    const { commits, flushes, nextFlush } = heldFlushes();
    const all = [1, 1, 1, 1, 99, 500].map((bytes, index) => commits.submit({ name: String(index), bytes }));
    for (let count = 1; count <= 3; count++) (await nextFlush(count)).settle.resolve();
    await Promise.all(all);
    expect(flushes.map(({ items }) => items.length)).toEqual([3, 2, 1]);
  });

  test("a full queue refuses, and loses nothing that it took", async () => {
    const { commits, nextFlush } = heldFlushes();
    const first = commits.submit({ name: "first" });
    const flush = await nextFlush(1);
    const taken = Array.from({ length: 6 }, (_, index) => commits.submit({ name: String(index) }));
    await expect(commits.submit({ name: "over" })).rejects.toMatchObject({ code: "QUEUE_FULL" });
    flush.settle.resolve();
    (await nextFlush(2)).settle.resolve();
    (await nextFlush(3)).settle.resolve();
    expect(await Promise.all([first, ...taken])).toHaveLength(7);
  });

  test("one bad item among many fails alone", async () => {
    const flushed: string[][] = [];
    const commits = new GroupCommit<Item, string>({
      flush: async (items) => {
        flushed.push(items.map(({ name }) => name));
        if (items.some(({ name }) => name === "bad")) throw new TypeError("bad item");
        return items.map(({ name }) => name);
      },
      bytesOf: () => 1,
      isItemFault: () => true,
    });
    const names = ["a", "b", "bad", "c", "d", "e"];
    const results = await Promise.allSettled(names.map((name) => commits.submit({ name })));
    expect(results.map(({ status }) => status)).toEqual(
      names.map((name) => (name === "bad" ? "rejected" : "fulfilled")),
    );
    expect(flushed.length).toBeLessThanOrEqual(7);
  });

  test("a failure that is nobody's fault fails all at once, without splitting", async () => {
    let flushes = 0;
    const commits = new GroupCommit<Item, string>({
      flush: async () => {
        flushes++;
        throw new TypeError("the database is away");
      },
      bytesOf: () => 1,
      isItemFault: () => false,
    });
    const results = await Promise.allSettled(["a", "b", "c"].map((name) => commits.submit({ name })));
    expect(results.every(({ status }) => status === "rejected")).toBe(true);
    expect(flushes).toBe(1);
  });
});
