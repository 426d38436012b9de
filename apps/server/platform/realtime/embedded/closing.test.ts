import { once } from "node:events";
import { connect } from "node:net";
import { describe, expect, test } from "vitest";
import { connectRaw, eventOf, freshName, LibraryClient } from "../conformance/clients.ts";
import { RawClient } from "../conformance/raw-client.ts";
import { openBroker } from "./open-broker.ts";

const NOTHING = { connections: 0, subjects: 0, channels: 0 };

function openTimersAndSockets(): string[] {
  return process.getActiveResourcesInfo().filter((kind) => /Timeout|TCPSocketWrap|TCPServerWrap/.test(kind));
}

describe("closing the broker", () => {
  test("tells every client to come back, and leaves no timer and no socket", async () => {
    const before = openTimersAndSockets();
    const broker = await openBroker();
    const clients: RawClient[] = [];
    for (let n = 0; n < 10; n++) {
      const subject = freshName("subject");
      const client = await connectRaw(broker, subject);
      const token = await broker.realtime.subscriptionToken(subject, "c");
      await client.ask({ id: 2, subscribe: { channel: "c", token } });
      clients.push(client);
    }
    const mute = await new RawClient(broker.url).opened();
    expect(broker.realtime.held).toEqual({ connections: 11, subjects: 10, channels: 1 });
    await broker.close();
    expect(broker.realtime.held).toEqual(NOTHING);
    const codes = await Promise.all([...clients, mute].map((client) => client.closed()));
    expect(new Set(codes)).toEqual(new Set([3001]));
    await expect.poll(() => openTimersAndSockets().length).toBeLessThanOrEqual(before.length);
    await broker.realtime.close();
  });

  test("waits for clients that do not answer no longer than it says", async () => {
    const broker = await openBroker({ limits: { closeTimeoutMs: 300 } });
    using gone = await connectRaw(broker);
    gone.socket.pause();
    await broker.close();
    expect(broker.realtime.held).toEqual(NOTHING);
  });

  test("makes a client of the library connect again", async () => {
    const broker = await openBroker();
    using client = await new LibraryClient(broker).connect();
    const codes: number[] = [];
    client.client.on("connecting", ({ code }) => codes.push(code));
    await broker.realtime.close();
    await eventOf(client.client, "connecting", () => codes.length > 0);
    expect(codes[0]).toBe(3001);
    client.client.disconnect();
    await broker.close();
  });

  test("refuses what comes after", async () => {
    await using broker = await openBroker();
    await broker.realtime.close();
    await expect(broker.realtime.publish("c", { n: 1 })).rejects.toMatchObject({ code: "SERVER_STOPPING" });
    using late = await new RawClient(broker.url).opened();
    expect(late.closeCode).toBe(1006);
  });
});

describe("what a connection leaves behind", () => {
  test("is nothing, whether it closes, breaks off or falls silent", async () => {
    await using broker = await openBroker({ limits: { closeTimeoutMs: 200 } });
    const open = async () => {
      const subject = freshName("subject");
      const client = await connectRaw(broker, subject);
      const token = await broker.realtime.subscriptionToken(subject, "c");
      await client.ask({ id: 2, subscribe: { channel: "c", token } });
      return client;
    };
    const [closing, broken, silent] = [await open(), await open(), await open()];
    closing.socket.close();
    broken.socket.terminate();
    // Half open: the other side is there and neither reads nor answers, not even the close.
    silent.socket.pause();
    await expect.poll(() => broker.realtime.held, { timeout: 10_000 }).toEqual(NOTHING);
    silent.socket.terminate();
  });

  test("is nothing after a handshake that was never finished", async () => {
    await using broker = await openBroker();
    const socket = connect(broker.port, "127.0.0.1");
    await once(socket, "connect");
    socket.write(`GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`);
    const [answer] = await once(socket, "data");
    expect(String(answer)).toMatch(/^HTTP\/1\.1 400 /);
    socket.destroy();
    expect(broker.realtime.held).toEqual(NOTHING);
  });

  test("is nothing when it was one too many", async () => {
    await using broker = await openBroker({ limits: { connectionsMax: 2 } });
    using connections = new DisposableStack();
    for (let n = 0; n < 2; n++) connections.use(await connectRaw(broker));
    using late = await new RawClient(broker.url).opened();
    expect([late.closeCode, broker.realtime.held.connections]).toEqual([1006, 2]);
  });
});

describe("publishing", () => {
  test("what is too big, or to no possible channel, is refused before anyone hears of it", async () => {
    await using broker = await openBroker();
    const refused = { code: "REALTIME_PUBLICATION_INVALID" };
    await expect(broker.realtime.publish("c", { text: "x".repeat(9_000) })).rejects.toMatchObject(refused);
    for (const channel of ["", "$c", "c#a", "c d", "c\n", "é", "x".repeat(256)]) {
      await expect(broker.realtime.publish(channel, { n: 1 })).rejects.toMatchObject(refused);
    }
  });

  test("more than can wait is refused, and what was taken is published in order", async () => {
    await using broker = await openBroker({ limits: { pendingPublicationsMax: 100 } });
    using client = await new LibraryClient(broker).connect();
    const listening = await client.listen("c");
    const all = Array.from({ length: 500 }, (_, n) => broker.realtime.publish("c", { n }));
    const outcomes = await Promise.allSettled(all);
    const taken = outcomes.flatMap(({ status }, n) => (status === "fulfilled" ? [n] : []));
    expect(taken.length).toBeLessThan(500);
    await listening.hears(taken.at(-1)!);
    expect(listening.numbers).toEqual(taken);
  });
});

test("a key that is too short is refused at the start", async () => {
  await expect(openBroker({ key: Buffer.alloc(31) })).rejects.toThrow("needs 32 bytes, not 31");
});
