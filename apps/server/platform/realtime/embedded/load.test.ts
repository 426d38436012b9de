import { expect, test } from "vitest";
import { connectRaw, freshName, LibraryClient, type Listening } from "../conformance/clients.ts";
import { openBroker } from "./open-broker.ts";

const MB = 1024 * 1024;

test("ten thousand publications reach fifty subscribers, none lost, in order", {
  timeout: 120_000,
}, async () => {
  await using broker = await openBroker();
  using clients = new DisposableStack();
  const channel = freshName("channel");
  const all: Listening[] = [];
  for (let n = 0; n < 50; n++) {
    const client = clients.use(await new LibraryClient(broker).connect());
    all.push(await client.listen(channel));
  }
  const count = 10_000;
  await Promise.all(Array.from({ length: count }, (_, n) => broker.realtime.publish(channel, { n })));
  await expect.poll(() => all.every(({ heard }) => heard.length >= count), { timeout: 100_000 }).toBe(true);
  const expected = Array.from({ length: count }, (_, n) => n);
  for (const { numbers, subscribed } of all) {
    expect(numbers).toEqual(expected);
    expect(subscribed).toHaveLength(1);
  }
});

test("readers that never read are cut off and cost no more than their queue, and others miss nothing", {
  timeout: 120_000,
}, async () => {
  await using broker = await openBroker({
    limits: { queueBytesMax: MB, pongTimeoutMs: 60_000, closeTimeoutMs: 200 },
  });
  const channel = freshName("channel");
  using reader = await new LibraryClient(broker).connect();
  const listening = await reader.listen(channel);
  using stuck = new DisposableStack();
  for (let n = 0; n < 5; n++) {
    const subject = freshName("stuck");
    const client = stuck.use(await connectRaw(broker, subject));
    const token = await broker.realtime.subscriptionToken(subject, channel);
    await client.ask({ id: 2, subscribe: { channel, token } });
    client.socket.pause();
  }
  expect(await broker.realtime.presence(channel)).toBe(6);
  const before = process.memoryUsage().rss;
  const text = "x".repeat(7 * 1024);
  const count = 10_000;
  for (let n = 0; n < count; n++) {
    await broker.realtime.publish(channel, { n, text });
    // The reader is in this process too: it gets its turns.
    if (n % 50 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  await listening.hears(count - 1);
  const grownMb = (process.memoryUsage().rss - before) / MB;
  expect(listening.numbers).toEqual(Array.from({ length: count }, (_, n) => n));
  await expect.poll(() => broker.realtime.held.connections, { timeout: 10_000 }).toBe(1);
  expect(await broker.realtime.presence(channel)).toBe(1);
  // 70 MB went to the reader, and would stay here once for each of the five.
  expect(grownMb).toBeLessThan(250);
});

test("a reader that is slow hears why it was cut off, and recovers", async () => {
  await using broker = await openBroker({
    limits: { queueBytesMax: 200_000, historySize: 20, pongTimeoutMs: 60_000 },
  });
  const [subject, channel] = [freshName("subject"), freshName("channel")];
  using slow = await connectRaw(broker, subject);
  const token = await broker.realtime.subscriptionToken(subject, channel);
  await slow.ask({ id: 2, subscribe: { channel, token } });
  slow.socket.pause();
  const text = "x".repeat(7 * 1024);
  let published = 0;
  while ((await broker.realtime.presence(channel)) > 0 && published < 10_000) {
    await broker.realtime.publish(channel, { n: ++published, text });
  }
  slow.socket.resume();
  expect(await slow.closed()).toBe(3008);
  using back = await connectRaw(broker, subject);
  const reply = await back.ask({
    id: 2,
    subscribe: { channel, token, recover: true, offset: published - 20 },
  });
  const missed = (reply as { subscribe: { recovered: boolean; publications: unknown[] } }).subscribe;
  expect([missed.recovered, missed.publications.length]).toEqual([true, 20]);
});
