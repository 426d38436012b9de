import { FlowwError } from "@floww/contract/errors";
import { formatId, parseId } from "@floww/contract/ids";
import { beforeEach, describe, expect, test } from "vitest";
import type { RealtimeData } from "../../platform/realtime/realtime.ts";
import { newUuid } from "../../platform/uuid-v7.ts";
import { bellsChannel, NamespaceBells, WATCHED_MS } from "./namespace-bells.ts";

interface Rung {
  channel: string;
  data: RealtimeData;
  atMs: number;
}

let nowMs: number;
let rung: Rung[];
let reported: unknown[];
let timers: { atMs: number; work: () => void }[];
let publish: (channel: string, data: RealtimeData) => Promise<void>;
let bells: NamespaceBells;
const namespaceId = newUuid();

beforeEach(async () => {
  nowMs = 1_000;
  rung = [];
  reported = [];
  timers = [];
  publish = async (channel, data) => void rung.push({ channel, data, atMs: nowMs });
  bells = new NamespaceBells({
    realtime: { publish: (channel, data) => publish(channel, data) },
    report: (error) => reported.push(error),
    now: () => nowMs,
    after: (ms, work) => {
      const timer = { atMs: nowMs + ms, work };
      timers.push(timer);
      return { [Symbol.dispose]: () => void timers.splice(timers.indexOf(timer) >>> 0, 1) };
    },
  });
  // Since its start it has heard of everybody who watches.
  await pass(WATCHED_MS + 1);
});

/** Lets the clock run, and what was to be done by then be done. */
async function pass(ms: number): Promise<void> {
  const untilMs = nowMs + ms;
  for (;;) {
    const next = timers.filter(({ atMs }) => atMs <= untilMs).sort((a, b) => a.atMs - b.atMs)[0];
    if (next === undefined) break;
    nowMs = next.atMs;
    timers.splice(timers.indexOf(next), 1);
    next.work();
    await settled();
  }
  nowMs = untilMs;
  await settled();
}

/** What was published has been answered. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
}

async function watched(): Promise<void> {
  bells.watch(namespaceId);
  await pass(250);
  rung.length = 0;
}

const idsOf = ({ data }: Rung) => String(data.ids);

describe("a namespace that nobody watches", () => {
  test("costs no bell and no timer", async () => {
    bells.executionChanged(namespaceId, newUuid());
    bells.routeChanged(namespaceId, "setSecret");
    expect(timers).toEqual([]);
    await pass(10_000);
    expect(rung).toEqual([]);
  });

  test("is one whose watchers have not asked again for long", async () => {
    await watched();
    await pass(WATCHED_MS + 1);
    bells.executionChanged(namespaceId, newUuid());
    await pass(1_000);
    expect(rung).toEqual([]);
    bells.executionChanged(namespaceId, newUuid());
    expect(timers).toEqual([]);
  });

  test("counts as watched at first, since others may have been told who watches", async () => {
    bells.forgetWatchers();
    bells.executionChanged(namespaceId, newUuid());
    await pass(250);
    expect(rung).toHaveLength(1);
    bells.watch(namespaceId);
    await pass(250);
    // And what was missed before is made good.
    expect(rung.map(idsOf)[1]).toBe("");
  });
});

describe("a namespace that is watched", () => {
  test("hears of deliveries that caused nothing, many as one, and not beside executions", async () => {
    await watched();
    for (let index = 0; index < 3; index++) bells.deliveryCausedNothing(namespaceId);
    await pass(250);
    expect(rung.map(({ data }) => data)).toEqual([{ kind: "deliveries" }]);
    bells.deliveryCausedNothing(namespaceId);
    bells.executionChanged(namespaceId, newUuid());
    await pass(250);
    expect(rung.slice(1).map(({ data }) => data.kind)).toEqual(["executions"]);
    await pass(1_000);
    expect(rung).toHaveLength(2);
  });

  test("is said to have changed in any way, once, when it becomes so", async () => {
    bells.watch(namespaceId);
    await pass(1_000);
    bells.watch(namespaceId);
    await pass(1_000);
    expect(rung.map(({ channel, data }) => ({ channel, data }))).toEqual([
      { channel: bellsChannel(namespaceId), data: { kind: "executions", ids: "" } },
    ]);
    await pass(WATCHED_MS);
    bells.watch(namespaceId);
    await pass(250);
    expect(rung).toHaveLength(2);
  });

  test("hears each execution by its public id, once a ring", async () => {
    await watched();
    const [one, two] = [newUuid(), newUuid()];
    for (const id of [one, two, one, one]) bells.executionChanged(namespaceId, id);
    await pass(250);
    expect(rung.map(({ data }) => data)).toEqual([
      { kind: "executions", ids: [one, two].map((id) => formatId("execution", id)).join(",") },
    ]);
  });

  test("hears no more than four rings a second, whatever goes on in it", async () => {
    await watched();
    for (let ms = 0; ms < 2_000; ms += 10) {
      bells.executionChanged(namespaceId, newUuid());
      await pass(10);
    }
    expect(rung.length).toBeGreaterThanOrEqual(7);
    for (const [index, { atMs }] of rung.slice(1).entries())
      expect(atMs - rung[index]!.atMs).toBeGreaterThanOrEqual(250);
  });

  test("hears of twenty by name, and of more that any may have changed", async () => {
    await watched();
    for (let n = 0; n < 20; n++) bells.executionChanged(namespaceId, newUuid());
    await pass(250);
    expect(rung.map((one) => idsOf(one).split(",").length)).toEqual([20]);
    for (let n = 0; n < 10_000; n++) bells.executionChanged(namespaceId, newUuid());
    await pass(250);
    expect(idsOf(rung[1]!)).toBe("");
    expect(
      idsOf(rung[0]!)
        .split(",")
        .every((id) => parseId("execution", id) !== undefined),
    ).toBe(true);
  });

  test("hears of each route once a ring", async () => {
    await watched();
    for (let n = 0; n < 100; n++) bells.routeChanged(namespaceId, "setKvItem");
    bells.routeChanged(namespaceId, "setSecret");
    await pass(250);
    expect(rung.map(({ data }) => data)).toEqual([
      { kind: "change", route: "setKvItem" },
      { kind: "change", route: "setSecret" },
    ]);
  });

  test("hears nothing of another one", async () => {
    await watched();
    bells.executionChanged(newUuid(), newUuid());
    await pass(1_000);
    expect(rung).toEqual([]);
  });
});

describe("a broker that is away", () => {
  test("fails nobody, is reported once, and is told again of all that may have changed", async () => {
    await watched();
    const works = publish;
    publish = () => Promise.reject(new Error("away"));
    bells.executionChanged(namespaceId, newUuid());
    bells.routeChanged(namespaceId, "setSecret");
    await pass(10_000);
    expect(reported).toHaveLength(1);
    publish = works;
    await pass(2_000);
    expect(rung.map(({ data }) => data)).toEqual([
      { kind: "change", route: "setSecret" },
      { kind: "executions", ids: "" },
    ]);
    await pass(10_000);
    expect(rung).toHaveLength(2);
  });

  test("that is only slow gets what happens meanwhile as one ring", async () => {
    await watched();
    const answered = Promise.withResolvers<void>();
    let asked = 0;
    publish = () => {
      asked += 1;
      return answered.promise;
    };
    for (let n = 0; n < 40; n++) {
      bells.executionChanged(namespaceId, newUuid());
      await pass(250);
    }
    expect(asked).toBe(1);
    answered.resolve();
    await settled();
    await pass(250);
    expect(asked).toBe(2);
  });

  test("is not reported when it goes with the server", async () => {
    await watched();
    publish = () => Promise.reject(new FlowwError("SERVER_STOPPING"));
    bells.executionChanged(namespaceId, newUuid());
    await pass(10_000);
    expect(reported).toEqual([]);
  });

  test("is not waited for by whoever closes it, when it refuses", async () => {
    await watched();
    publish = () => Promise.reject(new Error("closed"));
    bells.executionChanged(namespaceId, newUuid());
    await bells.close();
    expect(reported).toEqual([]);
    expect(timers).toEqual([]);
  });
});

test("what is gathered rings before the end", async () => {
  await watched();
  bells.executionChanged(namespaceId, newUuid());
  await bells.close();
  expect(rung).toHaveLength(1);
  bells.executionChanged(namespaceId, newUuid());
  expect(timers).toEqual([]);
});
