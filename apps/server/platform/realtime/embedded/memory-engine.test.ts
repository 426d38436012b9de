import { describe, expect, test } from "vitest";
import { brokerLimits } from "./broker-limits.ts";
import { type HistoryLimits, MemoryEngine } from "./memory-engine.ts";

function openEngine(limits: Partial<HistoryLimits> = {}) {
  let now = 1_000_000;
  const engine = new MemoryEngine({ ...brokerLimits, ...limits }, () => now);
  const publish = async (channel: string, ...numbers: number[]) => {
    for (const n of numbers) await engine.publish(channel, String(n));
  };
  const kept = async (channel: string, after = 0) =>
    (await engine.history(channel, after)).publications.map(({ json }) => Number(json));
  return { engine, publish, kept, pass: (ms: number) => (now += ms) };
}

describe("the history of a channel", () => {
  test("keeps the newest, up to its size", async () => {
    const { publish, kept, engine } = openEngine({ historySize: 3 });
    await publish("c", 1, 2, 3, 4, 5);
    expect(await kept("c")).toEqual([3, 4, 5]);
    expect(await kept("c", 4)).toEqual([5]);
    expect((await engine.history("c", 0)).position.offset).toBe(5);
  });

  test("forgets what is older than its time and keeps its position", async () => {
    const { publish, kept, engine, pass } = openEngine({ historyTtlMs: 100 });
    await publish("c", 1);
    pass(60);
    await publish("c", 2);
    pass(60);
    expect(await kept("c")).toEqual([2]);
    pass(60);
    expect(await kept("c")).toEqual([]);
    expect((await engine.history("c", 0)).position.offset).toBe(2);
    expect(engine.held.bytes).toBe(0);
  });

  test("of the channel used longest ago goes first when there are too many, and comes back as another", async () => {
    const { publish, kept, engine } = openEngine({ historyChannelsMax: 2 });
    await publish("a", 1);
    const before = (await engine.history("a", 0)).position;
    await publish("b", 1);
    await kept("a");
    await publish("c", 1);
    expect(await kept("a")).toEqual([1]);
    expect(engine.held.channels).toBe(2);
    expect(await kept("b")).toEqual([]);
    await publish("c", 2);
    const after = (await engine.history("a", 0)).position;
    expect(after.offset).toBe(0);
    expect(after.epoch).not.toBe(before.epoch);
  });

  test("of all channels together stays under its bytes", async () => {
    const { engine } = openEngine({ historyBytesMax: 1_000 });
    for (let n = 0; n < 100; n++) {
      await engine.publish(`c${n}`, "x".repeat(90));
      expect(engine.held.bytes).toBeLessThanOrEqual(1_000);
    }
    expect(engine.held.channels).toBe(11);
  });

  test("can be that of a channel named like an object's own", async () => {
    const { publish, kept } = openEngine();
    await publish("__proto__", 1);
    await publish("constructor", 2);
    expect([await kept("__proto__"), await kept("constructor"), await kept("toString")]).toEqual([
      [1],
      [2],
      [],
    ]);
  });
});

describe("listening", () => {
  test("ends when it is stopped, and holds nothing after", async () => {
    const { engine, publish } = openEngine();
    const heard: string[] = [];
    const stop = await engine.listen("c", ({ json, offset }) => heard.push(`${offset}:${json}`));
    const stopOther = await engine.listen("c", () => {});
    await publish("c", 1, 2);
    stop();
    await publish("c", 3);
    stopOther();
    stop();
    expect(heard).toEqual(["1:1", "2:2"]);
    expect(engine.held.listeners).toBe(0);
  });
});
