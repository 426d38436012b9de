import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { KVStore, type KVTable } from "./kv/index.ts";

/** A KV store behind the SDK: the server's, or the test kit's. */
export interface KvHarness {
  /** Runs `work` as a handler of one of two workflows of the same namespace. */
  as<T>(workflow: "first" | "second", work: () => Promise<T>): Promise<T>;
  workflowId(workflow: "first" | "second"): string;
  /** Lets time pass for what expires. */
  advance(ms: number): Promise<void>;
  close(): Promise<void>;
}

const HOUR = 60 * 60_000;

/** What every KV store does. The fake is worth something only because it runs through this too. */
export function describeKv(name: string, open: () => Promise<KvHarness>): void {
  describe(name, () => {
    let kv: KvHarness;
    const store = new KVStore("main");
    const table: KVTable<unknown> = store.getTable("items");
    beforeEach(async () => {
      kv = await open();
    });
    afterEach(() => kv.close());
    const as = <T>(work: () => Promise<T>) => kv.as("first", work);

    test("an absent key is undefined, also in a table that is not there", async () => {
      expect(await as(() => table.get("a"))).toBeUndefined();
      expect(await as(() => table.getItem("a"))).toBeUndefined();
      expect(await as(() => table.delete("a"))).toBe(false);
    });

    test.each([
      ["plain data", { a: [1, "x", null, true, { b: {} }], "": 0 }],
      ["a date", { at: new Date("2026-02-03T04:05:06.789Z") }],
      ["a map in a set", new Set([new Map<unknown, unknown>([[{ k: 1 }, [1n, 2n]]])])],
      ["bytes", new Uint8Array([0, 255, 128])],
      ["undefined, alone and inside", { a: undefined, b: [undefined] }],
      ["numbers that JSON has not", [Number.NaN, Number.POSITIVE_INFINITY, -0]],
      ["hostile text", { "\u0000\ud800": "\u0000\udfff \u2028" }],
      ["an object that looks like our own encoding", { $floww: ["Date", "x"] }],
    ])("a value comes back as it was: %s", async (_name, value) => {
      await as(() => table.set("k", value));
      expect(await as(() => table.get("k"))).toStrictEqual(value);
    });

    test("a key named __proto__ inside a value is data", async () => {
      const value: unknown = JSON.parse('{"__proto__": {"polluted": true}}');
      await as(() => table.set("k", value));
      const found = (await as(() => table.get("k"))) as object;
      expect(Object.keys(found)).toEqual(["__proto__"]);
      expect("polluted" in found).toBe(false);
    });

    test.each([
      ["a function", { f: () => 1 }],
      ["a symbol", [Symbol("x")]],
      ["a class instance", { re: /x/ }],
      ["a promise that was not awaited", Promise.resolve(1)],
    ])("what cannot be stored is refused: %s", async (_name, value) => {
      await expect(as(async () => table.set("k", value))).rejects.toMatchObject({ code: "VALUE_INVALID" });
      expect(await as(() => table.get("k"))).toBeUndefined();
    });

    test("a cycle is refused, and the same object twice is not one", async () => {
      const shared = { a: 1 };
      await as(() => table.set("k", [shared, shared]));
      const cycle: unknown[] = [];
      cycle.push(cycle);
      await expect(as(async () => table.set("k", cycle))).rejects.toMatchObject({ code: "VALUE_INVALID" });
    });

    test("a value over 256 kB is refused, one below it is kept", async () => {
      const size = 256 * 1024 - 2;
      await as(() => table.set("k", "x".repeat(size)));
      await expect(as(() => table.set("k", "x".repeat(size + 1)))).rejects.toMatchObject({
        code: "VALUE_TOO_LARGE",
      });
      expect(await as(() => table.get("k"))).toHaveLength(size);
    });

    test.each(["", "a\u0000", "\ud800", "é".repeat(513)])(
      "a key that cannot be kept as it is is refused: %j",
      async (key) => {
        await expect(as(() => table.set(key, 1))).rejects.toMatchObject({ code: "KEY_INVALID" });
        await expect(as(() => table.get(key))).rejects.toMatchObject({ code: "KEY_INVALID" });
      },
    );

    test("an item carries its times and a version that every write raises", async () => {
      await as(() => table.set("k", 1));
      const first = (await as(() => table.getItem("k")))!;
      expect(first.created_at).toBeInstanceOf(Date);
      expect(first.updated_at).toEqual(first.created_at);
      await as(() => table.set("k", 2));
      const second = (await as(() => table.getItem("k")))!;
      expect(second.version).toBeGreaterThan(first.version);
      expect(second.created_at).toEqual(first.created_at);
      expect(second.updated_at.getTime()).toBeGreaterThanOrEqual(first.updated_at.getTime());
    });

    test("stores and tables keep apart what has the same key", async () => {
      await as(() => table.set("k", 1));
      expect(await as(() => new KVStore("other").get("items", "k"))).toBeUndefined();
      expect(await as(() => store.get("other", "k"))).toBeUndefined();
      expect(await as(() => store.get("items", "k"))).toBe(1);
    });

    test("keys come in the order of their bytes, by prefix and in pages", async () => {
      const keys = ["b", "a/2", "a/1", "a", "a0", "ａ", "😀", "a/\u{10ffff}"];
      await as(() => store.batch(keys.map((key) => ({ op: "set", table: "items", key, value: key }))));
      expect(await as(() => table.listKeys())).toEqual([
        "a",
        "a/1",
        "a/2",
        "a/\u{10ffff}",
        "a0",
        "b",
        "ａ",
        "😀",
      ]);
      expect(await as(() => table.listKeys({ prefix: "a/" }))).toEqual(["a/1", "a/2", "a/\u{10ffff}"]);
      expect(await as(() => table.listKeys({ prefix: "a/", limit: 1, after: "a/1" }))).toEqual(["a/2"]);
      const items = await as(() => table.listItems({ limit: 2, after: "a0" }));
      expect(items.map(({ key, value }) => [key, value])).toEqual([
        ["b", "b"],
        ["ａ", "ａ"],
      ]);
    });

    test("a list without a limit gathers page after page", async () => {
      const key = (index: number) => `k${String(index).padStart(4, "0")}`;
      for (let from = 0; from < 600; from += 100) {
        const batch = Array.from({ length: 100 }, (_, index) => key(from + index));
        await as(() =>
          store.batch(batch.map((name) => ({ op: "set", table: "items", key: name, value: 1 }))),
        );
      }
      expect(await as(() => table.listKeys())).toHaveLength(600);
      expect((await as(() => table.listItems({ limit: 550 }))).at(-1)!.key).toBe(key(549));
    });

    test("big items come whole, though a page is cut by its bytes", async () => {
      const big = "x".repeat(250_000);
      for (let index = 0; index < 20; index++) await as(() => table.set(`k${index}`, big));
      expect(await as(() => table.listItems())).toHaveLength(20);
    });

    test("an item past its time is never seen, and its key is free", async () => {
      await as(() => table.set("k", 1, { ttl: HOUR }));
      const before = (await as(() => table.getItem("k")))!;
      expect(before.expires_at!.getTime() - before.updated_at.getTime()).toBe(HOUR);
      await kv.advance(HOUR);
      expect(await as(() => table.get("k"))).toBeUndefined();
      expect(await as(() => table.listKeys())).toEqual([]);
      expect(await as(() => table.listItems())).toEqual([]);
      expect(await as(() => table.delete("k"))).toBe(false);
      await as(() => table.set("k2", 1, { ttl: HOUR }));
      await kv.advance(HOUR);
      const version = await as(() => table.compareAndSet("k2", { version: undefined, value: 2 }));
      expect(version).toBeGreaterThan(before.version);
      await as(() => table.set("k3", 5, { ttl: HOUR }));
      await kv.advance(HOUR);
      expect(await as(() => table.increment("k3"))).toBe(1);
    });

    test("a set without ttl makes an item stay", async () => {
      await as(() => table.set("k", 1, { ttl: HOUR }));
      await as(() => table.set("k", 2));
      await kv.advance(HOUR);
      expect(await as(() => table.get("k"))).toBe(2);
    });

    test.each([0, -1, Number.NaN, 1e15])("a ttl of %d is refused", async (ttl) => {
      await expect(as(() => table.set("k", 1, { ttl }))).rejects.toMatchObject({ code: "INPUT_INVALID" });
    });

    test("compareAndSet writes only over the version that was read", async () => {
      const made = await as(() => table.compareAndSet("k", { version: undefined, value: 1 }));
      expect(await as(() => table.compareAndSet("k", { version: undefined, value: 2 }))).toBeUndefined();
      const changed = await as(() => table.compareAndSet("k", { version: made, value: 2 }));
      expect(changed).toBeGreaterThan(made!);
      expect(await as(() => table.compareAndSet("k", { version: made, value: 3 }))).toBeUndefined();
      expect(await as(() => table.get("k"))).toBe(2);
    });

    test("a key that was deleted and made again has no earlier version again", async () => {
      const made = await as(() => table.compareAndSet("k", { version: undefined, value: 1 }));
      await as(() => table.delete("k"));
      await as(() => table.set("k", 1));
      expect(await as(() => table.compareAndSet("k", { version: made, value: 2 }))).toBeUndefined();
    });

    test("increments at the same time all count", async () => {
      const sums = await as(() => Promise.all(Array.from({ length: 20 }, () => table.increment("n", 2))));
      expect(sums.sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, index) => (index + 1) * 2));
      expect(await as(() => table.increment("n", -0.5))).toBe(39.5);
    });

    test("an increment keeps the expiry of an item that is there", async () => {
      await as(() => table.increment("n", 1, { ttl: HOUR }));
      await as(() => table.increment("n", 1, { ttl: 10 * HOUR }));
      await kv.advance(HOUR);
      expect(await as(() => table.get("n"))).toBeUndefined();
    });

    test("what is not a number cannot be incremented, and stays", async () => {
      await as(() => table.set("k", "1"));
      await expect(as(() => table.increment("k"))).rejects.toMatchObject({ code: "VALUE_NOT_NUMBER" });
      await as(() => table.set("big", Number.MAX_VALUE));
      await expect(as(() => table.increment("big", Number.MAX_VALUE))).rejects.toMatchObject({
        code: "VALUE_NOT_NUMBER",
      });
      expect(await as(() => table.get("k"))).toBe("1");
    });

    test("a batch is done in its order, over tables", async () => {
      const results = await as(() =>
        store.batch([
          { op: "set", table: "items", key: "n", value: 1 },
          { op: "increment", table: "items", key: "n", by: 4 },
          { op: "set", table: "others", key: "a", value: { b: new Date(0) } },
          { op: "delete", table: "items", key: "absent" },
        ]),
      );
      expect(results.map(({ value, deleted }) => [value, deleted])).toEqual([
        [undefined, undefined],
        [5, undefined],
        [undefined, undefined],
        [undefined, false],
      ]);
      expect(await as(() => store.get("others", "a"))).toEqual({ b: new Date(0) });
    });

    test("a batch that meets another version writes nothing", async () => {
      await as(() => table.set("a", 1));
      const doomed = store.batch.bind(store);
      const batch = () =>
        doomed([
          { op: "set", table: "items", key: "a", value: 2 },
          { op: "set", table: "items", key: "b", value: 2 },
          { op: "set", table: "items", key: "c", value: 2, version: 999_999_999 },
        ]);
      await expect(as(batch)).rejects.toMatchObject({ code: "KV_CONFLICT" });
      expect(await as(() => table.get("a"))).toBe(1);
      expect(await as(() => table.listKeys())).toEqual(["a"]);
    });

    test("batches that cross each other both end", async () => {
      const crossing = (keys: string[]) =>
        store.batch(keys.map((key) => ({ op: "increment", table: "items", key })));
      const [left, right] = [
        ["a", "b", "c"],
        ["c", "b", "a"],
      ] as const;
      await as(() =>
        Promise.all(Array.from({ length: 10 }, (_, index) => crossing([...(index % 2 ? left : right)]))),
      );
      expect(await as(() => table.get("b"))).toBe(10);
    });

    test("a table belongs to the workflow that made it, and others need its grant", async () => {
      const second = <T>(work: () => Promise<T>) => kv.as("second", work);
      await as(() => table.set("k", 1));
      await expect(second(() => table.get("k"))).rejects.toMatchObject({ code: "KV_FORBIDDEN" });
      await expect(second(() => table.listItems())).rejects.toMatchObject({ code: "KV_FORBIDDEN" });
      await expect(second(() => table.set("k", 2))).rejects.toMatchObject({ code: "KV_FORBIDDEN" });
      await expect(
        second(() => table.grantPermission(kv.workflowId("second"), "write")),
      ).rejects.toMatchObject({
        code: "KV_FORBIDDEN",
      });
      await as(() => table.grantPermission(kv.workflowId("second")));
      expect(await second(() => table.get("k"))).toBe(1);
      await expect(second(() => table.set("k", 2))).rejects.toMatchObject({ code: "KV_FORBIDDEN" });
      await expect(
        second(() => store.batch([{ op: "delete", table: "items", key: "k" }])),
      ).rejects.toMatchObject({ code: "KV_FORBIDDEN" });
      await as(() => table.grantPermission(kv.workflowId("second"), "write"));
      await second(() => table.set("k", 2));
      expect(await second(() => table.listPermissions())).toEqual([
        { workflowId: kv.workflowId("first"), permission: "owner" },
        { workflowId: kv.workflowId("second"), permission: "write" },
      ]);
      expect(await as(() => table.revokePermission(kv.workflowId("second")))).toBe(true);
      expect(await as(() => table.revokePermission(kv.workflowId("second")))).toBe(false);
      await expect(second(() => table.get("k"))).rejects.toMatchObject({ code: "KV_FORBIDDEN" });
    });

    test("nothing can be granted to what is no workflow", async () => {
      await expect(as(() => table.grantPermission("nobody"))).rejects.toMatchObject({ code: "NOT_FOUND" });
    });
  });
}
