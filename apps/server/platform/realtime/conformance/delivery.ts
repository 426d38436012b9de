import { expect, test } from "vitest";
import { connectRaw, eventOf, freshName, LibraryClient } from "./clients.ts";
import { conformanceSettings, type RealtimePeer } from "./peer.ts";

/** What reaches whom, and what is made up for after a break. */
export function describeDelivery(peer: () => RealtimePeer): void {
  async function publishNumbers(channel: string, from: number, to: number): Promise<void> {
    for (let n = from; n <= to; n++) await peer().realtime.publish(channel, { n });
  }

  test("a subscriber hears every publication of its channel, in order, and of no other", async () => {
    using client = await new LibraryClient(peer()).connect();
    const channel = freshName("channel");
    const listening = await client.listen(channel);
    const other = await client.listen(freshName("channel"));
    await peer().realtime.publish(channel, {
      n: 1,
      kind: "changed",
      isLive: true,
      nothing: null,
      text: 'a"\n\u2028é',
    });
    await publishNumbers(channel, 2, 5);
    await listening.hears(5);
    expect(listening.numbers).toEqual([1, 2, 3, 4, 5]);
    expect(listening.heard[0]?.data).toEqual({
      n: 1,
      kind: "changed",
      isLive: true,
      nothing: null,
      text: 'a"\n\u2028é',
    });
    expect(other.heard).toEqual([]);
  });

  test("a broadcast is one publication in each of its channels, in its turn", async () => {
    using client = await new LibraryClient(peer()).connect();
    const channels = [freshName("channel"), freshName("channel")];
    const [one, two] = [await client.listen(channels[0]!), await client.listen(channels[1]!)];
    await Promise.all([
      peer().realtime.publish(channels[0]!, { n: 1 }),
      peer().realtime.broadcast(channels, { n: 2 }),
      peer().realtime.publish(channels[1]!, { n: 3 }),
    ]);
    await Promise.all([one.hears(2), two.hears(3)]);
    expect([one.numbers, two.numbers]).toEqual([
      [1, 2],
      [2, 3],
    ]);
    await peer().realtime.broadcast([], { n: 4 });
  });

  test("a client that was away hears all it missed, once, over every reconnect", async () => {
    using client = await new LibraryClient(peer()).connect();
    const channel = freshName("channel");
    const listening = await client.listen(channel);
    await publishNumbers(channel, 1, 2);
    await listening.hears(2);
    for (let round = 1; round <= 3; round++) {
      client.client.disconnect();
      await publishNumbers(channel, 3 * round, 3 * round + 2);
      await client.connect();
      expect((await listening.subscribedTimes(round + 1)).recovered).toBe(true);
      await listening.hears(3 * round + 2);
    }
    expect(listening.numbers).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  });

  test("a client that missed more than is kept is told so and gets no part of it", async () => {
    using client = await new LibraryClient(peer()).connect();
    const channel = freshName("channel");
    const listening = await client.listen(channel);
    await publishNumbers(channel, 1, 1);
    await listening.hears(1);
    client.client.disconnect();
    const missed = conformanceSettings.historySize + 1;
    await publishNumbers(channel, 2, 1 + missed);
    await client.connect();
    const context = await listening.subscribedTimes(2);
    expect([context.wasRecovering, context.recovered]).toEqual([true, false]);
    await publishNumbers(channel, 100, 100);
    await listening.hears(100);
    expect(listening.numbers).toEqual([1, 100]);
  });

  test("exactly what is kept can still be recovered", async () => {
    using client = await new LibraryClient(peer()).connect();
    const channel = freshName("channel");
    const listening = await client.listen(channel);
    await publishNumbers(channel, 1, 1);
    await listening.hears(1);
    client.client.disconnect();
    await publishNumbers(channel, 2, 1 + conformanceSettings.historySize);
    await client.connect();
    expect((await listening.subscribedTimes(2)).recovered).toBe(true);
    await listening.hears(1 + conformanceSettings.historySize);
    expect(listening.numbers).toEqual(
      Array.from({ length: 1 + conformanceSettings.historySize }, (_, i) => i + 1),
    );
  });

  test.each([
    ["of another epoch", { offset: 1, epoch: "another" }],
    ["after the stream's end", { offset: 100 }],
  ])("a position %s is not recovered", async (_, position) => {
    const subject = freshName("subject");
    const channel = freshName("channel");
    await publishNumbers(channel, 1, 3);
    using client = await connectRaw(peer(), subject);
    const token = await peer().realtime.subscriptionToken(subject, channel);
    const reply = await client.ask({ id: 2, subscribe: { channel, token, recover: true, ...position } });
    expect(reply).toMatchObject({ subscribe: { was_recovering: true, offset: 3 } });
    expect(reply).not.toHaveProperty("subscribe.publications");
    expect(reply).not.toHaveProperty("subscribe.recovered");
  });

  test("who has unsubscribed hears nothing more and may subscribe again", async () => {
    using client = await new LibraryClient(peer()).connect();
    const channel = freshName("channel");
    const listening = await client.listen(channel);
    listening.subscription.unsubscribe();
    await expect.poll(() => peer().realtime.presence(channel), { timeout: 10_000 }).toBe(0);
    await publishNumbers(channel, 1, 1);
    listening.subscription.subscribe();
    await listening.subscribedTimes(2);
    await publishNumbers(channel, 2, 2);
    await listening.hears(2);
    expect(listening.numbers.at(-1)).toBe(2);
  });

  test("presence counts subjects, not connections, and forgets who left", async () => {
    const channel = freshName("channel");
    using one = await new LibraryClient(peer()).connect();
    using again = await new LibraryClient(peer(), one.subject).connect();
    using other = await new LibraryClient(peer()).connect();
    const listening = await one.listen(channel);
    await again.listen(channel);
    await other.listen(channel);
    expect(await peer().realtime.presence(channel)).toBe(2);
    expect(await listening.subscription.presenceStats()).toEqual({ numClients: 3, numUsers: 2 });
    const { clients } = await listening.subscription.presence();
    expect(new Set(Object.values(clients).map(({ user }) => user))).toEqual(
      new Set([one.subject, other.subject]),
    );
    other.client.disconnect();
    await expect.poll(() => peer().realtime.presence(channel), { timeout: 10_000 }).toBe(1);
    expect(await peer().realtime.presence(freshName("channel"))).toBe(0);
  });

  test("a subscriber can read the history of its channel, from either end", async () => {
    using client = await new LibraryClient(peer()).connect();
    const channel = freshName("channel");
    const listening = await client.listen(channel);
    await publishNumbers(channel, 1, 5);
    const numbers = async (options: Parameters<typeof listening.subscription.history>[0]) =>
      (await listening.subscription.history(options)).publications.map(({ data }) => data.n);
    expect(await numbers({ limit: 0 })).toEqual([]);
    expect(await numbers({ limit: -1 })).toEqual([1, 2, 3, 4, 5]);
    expect(await numbers({ limit: 2 })).toEqual([1, 2]);
    expect(await numbers({ limit: 2, reverse: true })).toEqual([5, 4]);
    const { offset, epoch } = await listening.subscription.history({ limit: 0 });
    expect(offset).toBe(5);
    expect(await numbers({ limit: -1, since: { offset: 3, epoch } })).toEqual([4, 5]);
    await expect(numbers({ limit: -1, since: { offset: 3, epoch: "another" } })).rejects.toMatchObject({
      code: 112,
    });
  });

  test("disconnecting a subject ends all its connections for good, and nobody else's", async () => {
    using one = await new LibraryClient(peer()).connect();
    using again = await new LibraryClient(peer(), one.subject).connect();
    using other = await new LibraryClient(peer()).connect();
    const codes: number[] = [];
    for (const { client } of [one, again]) client.on("disconnected", ({ code }) => codes.push(code));
    await peer().realtime.disconnect(one.subject);
    await eventOf(again.client, "disconnected", () => again.client.state === "disconnected");
    await eventOf(one.client, "disconnected", () => one.client.state === "disconnected");
    expect(codes).toEqual([4501, 4501]);
    const channel = freshName("channel");
    const listening = await other.listen(channel);
    await publishNumbers(channel, 1, 1);
    await listening.hears(1);
    await peer().realtime.disconnect(freshName("nobody"));
  });
}
