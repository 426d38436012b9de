import { describe, expect, test } from "vitest";
import { connectRaw, freshName, LibraryClient } from "../conformance/clients.ts";
import type { RawClient } from "../conformance/raw-client.ts";
import type { PausePoint } from "./broker-core.ts";
import type { BrokerEngine } from "./broker-engine.ts";
import { brokerLimits } from "./broker-limits.ts";
import { MemoryEngine } from "./memory-engine.ts";
import { type OpenedBroker, openBroker } from "./open-broker.ts";

/** A subscribe comes to a point and stays there until it is let go. */
function gateAt(wanted: PausePoint) {
  const reached = Promise.withResolvers<void>();
  const opened = Promise.withResolvers<void>();
  const pauseAt = async (point: PausePoint) => {
    if (point !== wanted) return;
    reached.resolve();
    await opened.promise;
  };
  return { pauseAt, reached: reached.promise, open: opened.resolve };
}

async function subscribeCommand(
  broker: OpenedBroker,
  subject: string,
  channel: string,
  position: object = {},
) {
  const token = await broker.realtime.subscriptionToken(subject, channel);
  return { id: 2, subscribe: { channel, token, ...position } };
}

/** Offsets that came with the reply and as pushes, in the order they came. */
function offsets({ received }: RawClient): number[] {
  type Pubs = { subscribe?: { publications?: { offset: number }[] }; push?: { pub?: { offset: number } } };
  return (received as Pubs[]).flatMap(({ subscribe, push }) => [
    ...(subscribe?.publications ?? []).map(({ offset }) => offset),
    ...(push?.pub ? [push.pub.offset] : []),
  ]);
}

describe.each(["joined", "read"] as const)("publications while a subscribe stands at %j", (point) => {
  test("reach a new subscriber once each, none before the position it is told", async () => {
    const gate = gateAt(point);
    await using broker = await openBroker({ pauseAt: gate.pauseAt });
    const [subject, channel] = [freshName("subject"), freshName("channel")];
    await broker.realtime.publish(channel, { n: 1 });
    using client = await connectRaw(broker, subject);
    client.send(await subscribeCommand(broker, subject, channel));
    await gate.reached;
    await broker.realtime.publish(channel, { n: 2 });
    await broker.realtime.publish(channel, { n: 3 });
    gate.open();
    await client.until(() => client.received.find(({ id }) => id === 2));
    await broker.realtime.publish(channel, { n: 4 });
    await client.until(() => (offsets(client).includes(4) ? true : undefined));
    const reply = client.received.find(({ id }) => id === 2) as { subscribe: { offset: number } };
    expect(reply.subscribe.offset).toBe(point === "joined" ? 3 : 1);
    expect(offsets(client)).toEqual(point === "joined" ? [4] : [2, 3, 4]);
  });

  test("reach a recovering subscriber once each, with all that it missed", async () => {
    const gate = gateAt(point);
    await using broker = await openBroker({ pauseAt: gate.pauseAt });
    const [subject, channel] = [freshName("subject"), freshName("channel")];
    for (const n of [1, 2, 3]) await broker.realtime.publish(channel, { n });
    using client = await connectRaw(broker, subject);
    client.send(await subscribeCommand(broker, subject, channel, { recover: true, offset: 1 }));
    await gate.reached;
    await broker.realtime.publish(channel, { n: 4 });
    await broker.realtime.publish(channel, { n: 5 });
    gate.open();
    await client.until(() => (offsets(client).includes(5) ? true : undefined));
    await broker.realtime.publish(channel, { n: 6 });
    await client.until(() => (offsets(client).includes(6) ? true : undefined));
    expect(client.received.find(({ id }) => id === 2)).toMatchObject({
      subscribe: { recovered: true, offset: 1 },
    });
    expect(offsets(client)).toEqual([2, 3, 4, 5, 6]);
  });

  test("leave nothing behind when the client goes away meanwhile", async () => {
    const gate = gateAt(point);
    await using broker = await openBroker({ pauseAt: gate.pauseAt });
    const [subject, channel] = [freshName("subject"), freshName("channel")];
    using client = await connectRaw(broker, subject);
    client.send(await subscribeCommand(broker, subject, channel));
    await gate.reached;
    await broker.realtime.disconnect(subject);
    await broker.realtime.publish(channel, { n: 1 });
    gate.open();
    expect(await client.closed()).toBe(4501);
    await expect.poll(() => broker.realtime.held).toEqual({ connections: 0, subjects: 0, channels: 0 });
    expect([offsets(client), broker.reported]).toEqual([[], []]);
  });

  test("that are more than can be held refuse the subscribe for now, and nothing is half told", async () => {
    const gate = gateAt(point);
    await using broker = await openBroker({ pauseAt: gate.pauseAt, limits: { heldPublicationsMax: 5 } });
    const [subject, channel] = [freshName("subject"), freshName("channel")];
    using client = await connectRaw(broker, subject);
    client.send(await subscribeCommand(broker, subject, channel));
    await gate.reached;
    for (let n = 1; n <= 6; n++) await broker.realtime.publish(channel, { n });
    gate.open();
    const reply = await client.until(() => client.received.find(({ id }) => id === 2));
    expect(reply).toMatchObject({ error: { code: 100, temporary: true } });
    expect(offsets(client)).toEqual([]);
  });
});

/** Loses, doubles or reorders what it hands on, as an engine over a network may. */
function unreliable(order: (offset: number) => number[]): BrokerEngine {
  const engine = new MemoryEngine({ ...brokerLimits, historySize: 100 }, Date.now);
  const byOffset = new Map<number, Parameters<Parameters<BrokerEngine["listen"]>[1]>[0]>();
  return {
    publish: (channel, json) => engine.publish(channel, json),
    history: (channel, after) => engine.history(channel, after),
    close: () => engine.close(),
    listen: (channel, listener) =>
      engine.listen(channel, (publication) => {
        byOffset.set(publication.offset, publication);
        for (const offset of order(publication.offset)) listener(byOffset.get(offset)!);
      }),
  };
}

test.each([
  ["loses one", (offset: number) => (offset === 3 ? [] : [offset])],
  ["doubles each", (offset: number) => [offset, offset]],
  ["repeats an old one", (offset: number) => (offset > 2 ? [offset, offset - 2] : [offset])],
  ["swaps two", (offset: number) => (offset === 3 ? [] : offset === 4 ? [4, 3] : [offset])],
])("an engine that %s cannot make a client miss a publication or hear one twice", async (_, order) => {
  await using broker = await openBroker({ engine: unreliable(order) });
  using client = await new LibraryClient(broker).connect();
  const channel = freshName("channel");
  const listening = await client.listen(channel);
  for (let n = 1; n <= 8; n++) await broker.realtime.publish(channel, { n });
  await listening.hears(8);
  expect(listening.numbers).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
});

test("a subscriber whose stream was evicted is told, and starts again without recovery", async () => {
  await using broker = await openBroker({ limits: { historyChannelsMax: 1 } });
  using client = await new LibraryClient(broker).connect();
  const channel = freshName("channel");
  const listening = await client.listen(channel);
  await broker.realtime.publish(channel, { n: 1 });
  await listening.hears(1);
  await broker.realtime.publish(freshName("other"), { n: 1 });
  await broker.realtime.publish(channel, { n: 2 });
  const context = await listening.subscribedTimes(2);
  expect([context.wasRecovering, context.recovered]).toEqual([true, false]);
});

test("an engine that fails refuses the subscribe for now and is reported", async () => {
  const engine = unreliable((offset) => [offset]);
  let isDown = true;
  const down = async () => Promise.reject(new RangeError("engine is down"));
  const listen: BrokerEngine["listen"] = (channel, listener) =>
    isDown ? down() : engine.listen(channel, listener);
  await using broker = await openBroker({ engine: { ...engine, listen } });
  using client = await new LibraryClient(broker).connect();
  const channel = freshName("channel");
  const failed = Promise.withResolvers<number>();
  const subscription = client.client.newSubscription(channel, {
    getToken: () => broker.realtime.subscriptionToken(client.subject, channel),
    minResubscribeDelay: 20,
  });
  subscription.on("error", ({ error }) => failed.resolve(error.code));
  subscription.subscribe();
  expect(await failed.promise).toBe(100);
  isDown = false;
  await subscription.ready(10_000);
  expect(broker.reported.map(String)).toContain("RangeError: engine is down");
});
