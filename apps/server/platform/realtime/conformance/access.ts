import { describe, expect, test } from "vitest";
import { connectRaw, eventOf, freshName, LibraryClient } from "./clients.ts";
import { forgeToken, unsignedToken } from "./forge-token.ts";
import { conformanceSettings, type RealtimePeer } from "./peer.ts";
import { RawClient } from "./raw-client.ts";

const FOREIGN_KEY = Buffer.alloc(32, 7);

/** Tokens count in whole seconds: one of these may end between its making and its reading. */
const SECOND_OR_TWO = expect.toSatisfy((ttl: number) => ttl === 1 || ttl === 2);

/** Who gets in, for how long, and to what. */
export function describeAccess(peer: () => RealtimePeer): void {
  describe("connecting", () => {
    test.each([
      ["a token that nobody signed", () => unsignedToken(peer(), { subject: "s" }), 3500],
      ["a token of a foreign key", () => forgeToken(peer(), { subject: "s", key: FOREIGN_KEY }), 3500],
      ["a token for another audience", () => forgeToken(peer(), { subject: "s", audience: "other" }), 3500],
      ["a token for a subscription", () => peer().realtime.subscriptionToken("s", "c"), 3500],
      ["an expired token", () => forgeToken(peer(), { subject: "s", ttlSeconds: -10 }), 109],
      ["garbage", async () => "garbage", 3500],
      ["no token", async () => undefined, 3501],
    ])("with %s is refused", async (_, token, code) => {
      using client = await new RawClient(peer().url).opened();
      expect(await client.refusalOf({ id: 1, connect: { token: await token() } })).toBe(code);
    });

    test("a client whose token has expired fetches another and connects", async () => {
      const subject = freshName("subject");
      let asked = 0;
      const getToken = () => forgeToken(peer(), { subject, ttlSeconds: asked++ === 0 ? -10 : 60 });
      using client = await new LibraryClient(peer(), subject, getToken).connect();
      expect(client.client.state).toBe("connected");
      expect(asked).toBe(2);
    });

    test("a refreshed connection outlives its first token", async () => {
      const subject = freshName("subject");
      const ttls = [1, 1, 60];
      const getToken = () => forgeToken(peer(), { subject, ttlSeconds: ttls.shift() ?? 60 });
      using client = await new LibraryClient(peer(), subject, getToken).connect();
      let breaks = 0;
      client.client.on("connecting", () => breaks++);
      await expect.poll(() => ttls.length, { timeout: 10_000 }).toBe(0);
      using raw = await connectRaw(peer());
      // Past the second token's end and the delay: a connection that had not been refreshed would be gone.
      using expiring = await new RawClient(peer().url).opened();
      await expiring.ask({ id: 1, connect: { token: await forgeToken(peer(), { subject, ttlSeconds: 2 }) } });
      expect(await expiring.closed()).toBe(3005);
      expect([client.client.state, breaks, raw.closeCode]).toEqual(["connected", 0, undefined]);
    });

    test("a connection that is not refreshed is told its time and closed with 3005", async () => {
      using client = await new RawClient(peer().url).opened();
      const token = await forgeToken(peer(), { subject: freshName("subject"), ttlSeconds: 2 });
      const reply = await client.ask({ id: 1, connect: { token } });
      expect(reply).toMatchObject({ connect: { expires: true, ttl: SECOND_OR_TWO, ping: 1, pong: true } });
      expect(await client.closed()).toBe(3005);
    });

    test.each([
      ["another subject's token", () => forgeToken(peer(), { subject: "other" }), 3500],
      ["a foreign key's token", () => forgeToken(peer(), { subject: "s", key: FOREIGN_KEY }), 3500],
      ["an expired token", () => forgeToken(peer(), { subject: "s", ttlSeconds: -10 }), 3005],
      ["no token", async () => "", 3501],
    ])("refreshing with %s ends the connection", async (_, token, code) => {
      using client = await connectRaw(peer(), "s");
      expect(await client.refusalOf({ id: 2, refresh: { token: await token() } })).toBe(code);
    });

    test("a subject has no more connections than it may", async () => {
      const subject = freshName("subject");
      using connections = new DisposableStack();
      for (let n = 0; n < conformanceSettings.connectionsPerSubjectMax; n++) {
        connections.use(await connectRaw(peer(), subject));
      }
      using one = await new RawClient(peer().url).opened();
      const token = await peer().realtime.connectionToken(subject);
      expect(await one.refusalOf({ id: 1, connect: { token } })).toBe(3504);
      using other = await connectRaw(peer());
      expect(other.closeCode).toBeUndefined();
    });

    test("a page of a foreign origin gets no connection, ours does, and so does what is no browser", async () => {
      for (const origin of [
        "https://evil.example",
        "null",
        `${conformanceSettings.allowedOrigin}.evil.example`,
      ]) {
        using foreign = await new RawClient(peer().url, { origin }).opened();
        expect([origin, foreign.closeCode]).toEqual([origin, 1006]);
      }
      using ours = await connectRaw(peer(), freshName("subject"), {
        origin: conformanceSettings.allowedOrigin,
      });
      using program = await connectRaw(peer());
      expect([ours.received.length, program.received.length]).toEqual([1, 1]);
    });
  });

  describe("subscribing", () => {
    const subject = "s";
    const own = "own-channel";
    test.each([
      ["no token", async () => undefined, 103],
      ["a token that nobody signed", () => unsignedToken(peer(), { subject, channel: own }), 103],
      [
        "a token of a foreign key",
        () => forgeToken(peer(), { subject, channel: own, key: FOREIGN_KEY }),
        103,
      ],
      [
        "a token for another audience",
        () => forgeToken(peer(), { subject, channel: own, audience: "x" }),
        103,
      ],
      ["a token for connecting", () => peer().realtime.connectionToken(subject), 103],
      ["an expired token", () => forgeToken(peer(), { subject, channel: own, ttlSeconds: -10 }), 109],
      ["another channel's token", () => peer().realtime.subscriptionToken(subject, "another-channel"), 3500],
      ["another subject's token", () => peer().realtime.subscriptionToken("another", own), 3500],
    ])("with %s is refused", async (_, token, code) => {
      using client = await connectRaw(peer(), subject);
      expect(await client.refusalOf({ id: 2, subscribe: { channel: own, token: await token() } })).toBe(code);
      expect(await peer().realtime.presence(own)).toBe(0);
    });

    test.each(["$own", "#own", "own#other", "own\u00e9", "own\u0000", "x".repeat(256)])(
      "to %j without a token is refused",
      async (channel) => {
        using client = await connectRaw(peer());
        expect([103, 107]).toContain(await client.refusalOf({ id: 2, subscribe: { channel } }));
      },
    );

    test("a name that is too long is refused even with its token", async () => {
      const channel = "x".repeat(conformanceSettings.channelNameBytesMax + 1);
      using client = await connectRaw(peer(), subject);
      const token = await forgeToken(peer(), { subject, channel });
      expect(await client.refusalOf({ id: 2, subscribe: { channel, token } })).toBe(107);
    });

    test("twice to one channel, or to more channels than allowed, is refused", async () => {
      const subject = freshName("subject");
      using client = await connectRaw(peer(), subject);
      const subscribe = async (id: number, channel: string) =>
        await client.refusalOf({
          id,
          subscribe: { channel, token: await peer().realtime.subscriptionToken(subject, channel) },
        });
      const channels = Array.from({ length: conformanceSettings.channelsPerConnectionMax }, () =>
        freshName("c"),
      );
      for (const [index, channel] of channels.entries())
        expect(await subscribe(index + 2, channel)).toBeUndefined();
      expect(await subscribe(50, channels[0]!)).toBe(105);
      expect(await subscribe(51, freshName("c"))).toBe(106);
      await client.ask({ id: 52, unsubscribe: { channel: channels[0] } });
      expect(await subscribe(53, freshName("c"))).toBeUndefined();
    });

    test("a subscription that is not refreshed is told its time and ended, and the connection goes on", async () => {
      const [subject, channel] = [freshName("subject"), freshName("channel")];
      using client = await connectRaw(peer(), subject);
      const token = await forgeToken(peer(), { subject, channel, ttlSeconds: 2 });
      const reply = await client.ask({ id: 2, subscribe: { channel, token } });
      expect(reply).toMatchObject({ subscribe: { expires: true, ttl: SECOND_OR_TWO } });
      expect(await client.push("unsubscribe")).toMatchObject({ channel, unsubscribe: { code: 2501 } });
      expect(await client.ask({ id: 3, unsubscribe: { channel } })).toEqual({ id: 3, unsubscribe: {} });
    });

    test("a subscription is refreshed by a token of its own and by no other", async () => {
      const [subject, channel] = [freshName("subject"), freshName("channel")];
      using client = await connectRaw(peer(), subject);
      const token = await forgeToken(peer(), { subject, channel, ttlSeconds: 60 });
      expect(await client.refusalOf({ id: 2, sub_refresh: { channel, token } })).toBe(103);
      await client.ask({ id: 3, subscribe: { channel, token } });
      const longer = await forgeToken(peer(), { subject, channel, ttlSeconds: 120 });
      expect(await client.ask({ id: 4, sub_refresh: { channel, token: longer } })).toMatchObject({
        sub_refresh: { expires: true, ttl: expect.toSatisfy((ttl: number) => ttl > 110 && ttl <= 120) },
      });
      const foreign = await forgeToken(peer(), { subject, channel: "another" });
      expect(await client.refusalOf({ id: 5, sub_refresh: { channel, token: foreign } })).toBe(3500);
    });

    test("a client of the library whose subscription ends by its expiry subscribes again", async () => {
      const [subject, channel] = [freshName("subject"), freshName("channel")];
      using client = await new LibraryClient(peer(), subject).connect();
      const ttls = [1, 60];
      const subscription = client.client.newSubscription(channel, {
        getToken: () => forgeToken(peer(), { subject, channel, ttlSeconds: ttls.shift() ?? 60 }),
      });
      subscription.subscribe();
      await eventOf(subscription, "subscribed", () => subscription.state === "subscribed");
      await expect.poll(() => ttls.length, { timeout: 10_000 }).toBe(0);
      await peer().realtime.publish(channel, { n: 1 });
      await eventOf(subscription, "publication", () => true);
      expect(subscription.state).toBe("subscribed");
    });
  });
}
