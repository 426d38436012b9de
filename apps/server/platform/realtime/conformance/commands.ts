import { describe, expect, test } from "vitest";
import { connectRaw, freshName, LibraryClient } from "./clients.ts";
import { conformanceSettings, type RealtimePeer } from "./peer.ts";
import { RawClient } from "./raw-client.ts";

/** What clients may say, how it is answered, and when they are cut off. */
export function describeCommands(peer: () => RealtimePeer): void {
  test.each([
    ["publishing", { publish: { channel: "c", data: { n: 1 } } }, 103],
    ["presence of a channel it is not in", { presence: { channel: "c" } }, 103],
    ["presence counts of a channel it is not in", { presence_stats: { channel: "c" } }, 103],
    ["history of a channel it is not in", { history: { channel: "c", limit: 10 } }, 103],
    ["a remote call", { rpc: { method: "m", data: {} } }, 108],
    ["a message", { send: { data: {} } }, 3508],
    ["an unknown command", { frobnicate: {} }, 3501],
    ["connecting twice", { connect: { token: "x" } }, 3501],
    ["subscribing to nothing", { subscribe: { channel: "" } }, 3501],
    ["unsubscribing from nothing", { unsubscribe: {} }, 3501],
    ["history of nothing", { history: {} }, 3501],
    ["a channel that is a number", { subscribe: { channel: 5 } }, 3501],
    ["a channel that is an object", { subscribe: { channel: { __proto__: null, toString: "x" } } }, 3501],
  ])("%s is refused", async (_, command, code) => {
    using client = await connectRaw(peer());
    expect(await client.refusalOf({ id: 7, ...command })).toBe(code);
  });

  test.each([-1, 1.5, "7", 2 ** 32, {}])("a command with the id %j ends the connection", async (id) => {
    using client = await connectRaw(peer());
    client.send({ id, unsubscribe: { channel: "c" } });
    expect(await client.closed()).toBe(3501);
  });

  test("a subscriber may not publish either", async () => {
    using client = await new LibraryClient(peer()).connect();
    const listening = await client.listen(freshName("channel"));
    await expect(listening.subscription.publish({ n: 1 })).rejects.toMatchObject({ code: 103 });
    expect(listening.heard).toEqual([]);
  });

  test("unsubscribing from a channel that it is not in is no error", async () => {
    using client = await connectRaw(peer());
    expect(await client.ask({ id: 2, unsubscribe: { channel: "c" } })).toEqual({ id: 2, unsubscribe: {} });
  });

  test("commands of one frame are answered in order", async () => {
    const [subject, channel] = [freshName("subject"), freshName("channel")];
    using client = await new RawClient(peer().url).opened();
    const token = await peer().realtime.subscriptionToken(subject, channel);
    client.send(
      { id: 1, connect: { token: await peer().realtime.connectionToken(subject) } },
      { id: 2, subscribe: { channel, token } },
      { id: 3, presence_stats: { channel } },
      { id: 4, unsubscribe: { channel } },
      { id: 5, presence_stats: { channel } },
    );
    await client.until(() => client.received.find(({ id }) => id === 5));
    expect(
      client.received.map(({ id, error }) => [id, (error as { code: number } | undefined)?.code]),
    ).toEqual([
      [1, undefined],
      [2, undefined],
      [3, undefined],
      [4, undefined],
      [5, 103],
    ]);
  });

  describe("a frame that is no command", () => {
    const command = '{"id":2,"unsubscribe":{"channel":"c"}}';
    test.each([
      ["garbage", "garbage"],
      ["nothing", ""],
      ["a list", "[]"],
      ["null", "null"],
      ["a number", "1"],
      ["half a command", command.slice(0, -1)],
      ["an empty line between commands", `${command}\n\n${command}`],
      ["deep nesting", "[".repeat(50_000)],
      ["binary garbage", Buffer.from([0xff, 0, 1])],
    ])("(%s) ends the connection", async (_, frame) => {
      using client = await connectRaw(peer());
      using bystander = await connectRaw(peer());
      client.socket.send(frame);
      expect(await client.closed()).toBe(3501);
      expect(await bystander.refusalOf({ id: 2, rpc: {} })).toBe(108);
    });

    test("a command in a binary frame is a command all the same", async () => {
      using client = await connectRaw(peer());
      client.socket.send(Buffer.from(command));
      expect(await client.until(() => client.received.find(({ id }) => id === 2))).toHaveProperty(
        "unsubscribe",
      );
    });

    test("a frame over the limit is not read", async () => {
      using client = await connectRaw(peer());
      using bystander = await connectRaw(peer());
      client.socket.send(JSON.stringify({ id: 2, subscribe: { channel: "x".repeat(10_000_000) } }));
      expect([1006, 1009]).toContain(await client.closed());
      expect(await bystander.refusalOf({ id: 2, rpc: {} })).toBe(108);
    });
  });

  test("a command before connecting ends the connection", async () => {
    using client = await new RawClient(peer().url).opened();
    client.send({ id: 1, subscribe: { channel: "c" } });
    expect(await client.closed()).toBe(3501);
  });

  test("whoever opens a socket and says nothing is sent away", async () => {
    using client = await new RawClient(peer().url).opened();
    expect(await client.closed()).toBe(3502);
  });

  test("a pong that nobody asked for ends the connection", async () => {
    using client = await connectRaw(peer());
    client.send({}, {}, {});
    expect(await client.closed()).toBe(3501);
  });

  test("who answers pings stays, and who does not is closed with 3012", async () => {
    using silent = await connectRaw(peer(), freshName("subject"), { answersPings: false });
    using alive = await connectRaw(peer());
    expect(await silent.closed()).toBe(3012);
    const pings = () => alive.received.filter((reply) => Object.keys(reply).length === 0).length;
    await alive.until(() => (pings() >= 2 ? true : undefined));
    expect(alive.closeCode).toBeUndefined();
  });

  test("a hundred thousand subscriptions are refused one by one", async () => {
    using client = await connectRaw(peer());
    const count = 100_000;
    const perFrame = 1_000;
    for (let id = 2; id < count + 2; id += perFrame) {
      client.send(
        ...Array.from({ length: perFrame }, (_, n) => ({ id: id + n, subscribe: { channel: `c${id + n}` } })),
      );
    }
    await client.until(() => client.closeCode ?? client.received.find(({ id }) => id === count + 1));
    // Refused one by one, or cut off for the flood: never let in.
    const refused = client.received.filter(
      ({ error }) => (error as { code: number } | undefined)?.code === 103,
    );
    expect(client.closeCode !== undefined || refused.length === count).toBe(true);
    expect(client.received.some((reply) => "subscribe" in reply)).toBe(false);
    expect(conformanceSettings.channelsPerConnectionMax).toBeLessThan(count);
  });
}
