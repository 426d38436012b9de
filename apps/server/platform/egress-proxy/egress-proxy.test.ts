import { mkdtemp, rm } from "node:fs/promises";
import { createServer, request, type Server } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type EgressProxyOptions, listenEgress } from "./egress-proxy.ts";

interface Answer {
  status: number;
  text: string;
}

describe("the way out of a sandbox", () => {
  let folder: string;
  let inside: Server;
  let port: number;
  let count = 0;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "floww-egress-"));
    inside = createServer((asked, answer) => {
      const { "x-mine": mine, "proxy-connection": theirs } = asked.headers;
      answer.setHeader("x-answer", "1").end(JSON.stringify({ url: asked.url, mine, theirs }));
    });
    await new Promise<void>((resolve) => inside.listen(0, "127.0.0.1", resolve));
    port = (inside.address() as AddressInfo).port;
  });
  afterAll(async () => {
    inside.closeAllConnections();
    inside.close();
    await rm(folder, { recursive: true });
  });

  async function withProxy<T>(options: EgressProxyOptions, work: (path: string) => Promise<T>): Promise<T> {
    const path = join(folder, `${count++}.sock`);
    const proxy = listenEgress(path, options);
    try {
      return await work(path);
    } finally {
      const closed = new Promise((resolve) => proxy.once("close", resolve));
      proxy.close();
      proxy.closeAllConnections();
      await closed;
    }
  }

  /** Only the test's own server may be reached, whatever name it is asked for by. */
  const open = (): EgressProxyOptions => ({
    resolve: async () => ["127.0.0.1"],
    isAllowed: (address, asked) => address === "127.0.0.1" && asked === port,
  });

  test("an absolute address is asked, and headers between the two stay between them", async () => {
    const answer = await withProxy(open(), (path) => get(path, `http://example.com:${port}/a?b=1`));
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.text)).toEqual({ url: "/a?b=1", mine: "2" });
  });

  test("CONNECT opens a tunnel for any protocol", async () => {
    const text = await withProxy(open(), async (path) => {
      const { status, socket } = await tunnel(path, `example.com:${port}`);
      expect(status).toBe(200);
      socket.write("GET /raw HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
      return readAll(socket);
    });
    expect(text).toContain('"url":"/raw"');
  });

  test.each([
    "127.0.0.1",
    "127.1",
    "0",
    "0x7f.1",
    "2130706433",
    "[::]",
    "[::1]",
    "[::ffff:127.0.0.1]",
    "[64:ff9b::7f00:1]",
    "[fd00::1]",
    "100.64.0.1",
    "198.18.0.1",
    "240.0.0.1",
    "169.254.169.254",
    "localhost",
    "localhost.",
    "LOCALHOST",
  ])("%s is refused, by either way", async (host) => {
    await withProxy({}, async (path) => {
      const plain = await get(path, `http://${host}:${port}/`);
      expect(plain).toMatchObject({ status: 403, text: expect.stringContaining("EGRESS_REFUSED") });
      const { status, socket } = await tunnel(path, `${host}:${port}`);
      expect(status).toBe(403);
      socket.destroy();
    });
  });

  test("a name that resolves inward is refused, and of several addresses only the public ones are tried", async () => {
    const tried: string[] = [];
    const resolve = async () => ["10.0.0.1", "127.0.0.1", "169.254.169.254"];
    const isAllowed = (address: string) => {
      tried.push(address);
      return false;
    };
    const refused = await withProxy({ resolve }, (path) => get(path, `http://rebind.example:${port}/`));
    expect(refused.status).toBe(403);
    await withProxy({ resolve, isAllowed }, (path) => get(path, `http://rebind.example:${port}/`));
    expect(tried).toEqual(await resolve());
  });

  test("what counts is the address that the socket is connected to", async () => {
    let asked = 0;
    const options = { ...open(), isAllowed: () => ++asked === 1 };
    const answer = await withProxy(options, (path) => get(path, `http://example.com:${port}/`));
    expect(answer.status).toBe(403);
    expect(asked).toBe(2);
  });

  test("credentials in the address, other schemes and a missing port are refused", async () => {
    await withProxy(open(), async (path) => {
      for (const url of [`http://user:pass@example.com:${port}/`, "ftp://example.com/", "/relative"])
        expect((await get(path, url)).status).toBe(403);
      for (const authority of ["example.com", "example.com:0", "example.com:70000"]) {
        const { status, socket } = await tunnel(path, authority);
        expect(status).toBe(403);
        socket.destroy();
      }
    });
  });

  test("an address that does not answer is told without what the system said", async () => {
    const answer = await withProxy({ isAllowed: () => true, resolve: async () => ["127.0.0.1"] }, (path) =>
      get(path, "http://example.com:1/"),
    );
    expect(answer).toEqual({ status: 502, text: expect.not.stringContaining("127.0.0.1") });
  });

  test("a sandbox holds as many connections as it may and no more", async () => {
    await withProxy({ ...open(), connectionsMax: 2 }, async (path) => {
      const held = [await tunnel(path, `a:${port}`), await tunnel(path, `b:${port}`)];
      const third = connect(path);
      const closed = new Promise((resolve) => third.once("close", resolve));
      third.on("error", () => undefined);
      await closed;
      for (const { status, socket } of held) {
        expect(status).toBe(200);
        socket.destroy();
      }
    });
  });

  test("a connection that says nothing is closed in time", async () => {
    await withProxy({ ...open(), idleMsMax: 50 }, async (path) => {
      const { socket } = await tunnel(path, `a:${port}`);
      expect(await readAll(socket)).toBe("");
    });
  });
});

function get(socketPath: string, url: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers = { "x-mine": "2", "proxy-connection": "keep-alive" };
    request({ socketPath, path: url, headers, agent: false }, async (answer) => {
      const chunks: Buffer[] = [];
      for await (const chunk of answer) chunks.push(chunk as Buffer);
      resolve({ status: answer.statusCode!, text: Buffer.concat(chunks).toString() });
    })
      .once("error", reject)
      .end();
  });
}

function tunnel(socketPath: string, authority: string): Promise<{ status: number; socket: Socket }> {
  return new Promise((resolve, reject) => {
    request({ socketPath, method: "CONNECT", path: authority, agent: false })
      .once("connect", (answer, socket) => resolve({ status: answer.statusCode!, socket }))
      .once("error", reject)
      .end();
  });
}

function readAll(socket: Socket): Promise<string> {
  return new Promise((resolve) => {
    let text = "";
    socket.on("data", (chunk) => {
      text += chunk.toString();
    });
    socket.once("close", () => resolve(text)).on("error", () => undefined);
  });
}
