import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { ProviderServer } from "@floww/providers/server";
import { providerServers } from "@floww/providers/server";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { isOutside } from "../../../platform/outside/connect-outside.ts";
import { createOutsideAgents, type OutsideAgents } from "../../../platform/outside/outside-agents.ts";
import { newUuid } from "../../../platform/uuid-v7.ts";
import { createTestDatabase, type TestDatabase } from "../../../testing/test-database.ts";
import type { Connection } from "../connection.ts";
import { ConnectionBudget } from "./connection-budget.ts";
import { Gateway, type VendorCall } from "./gateway.ts";
import { retryAfterMs } from "./retry-after.ts";

const slack = providerServers.find(({ type }) => type === "slack") as ProviderServer;
type Answer = (request: IncomingMessage, response: ServerResponse) => void;

describe("the gateway", () => {
  let answer: Answer;
  let asked: IncomingMessage[];
  let providerId: string;
  let base: string;
  let agents: OutsideAgents;
  let database: TestDatabase;
  const aGateway = () => new Gateway(agents, new ConnectionBudget(database));
  const vendor = createServer((request, response) => {
    asked.push(request);
    answer(request, response);
  });

  beforeAll(async () => {
    database = await createTestDatabase();
    await new Promise<void>((resolve) => vendor.listen(0, "127.0.0.1", resolve));
    base = `http://127.0.0.1:${(vendor.address() as AddressInfo).port}/api`;
    agents = createOutsideAgents({ isAllowed: (address) => address === "127.0.0.1" || isOutside(address) });
  });
  afterAll(async () => {
    agents.close();
    vendor.close();
    await database[Symbol.asyncDispose]();
  });
  beforeEach(() => {
    asked = [];
    answer = (_request, response) => response.end("{}");
    providerId = newUuid();
  });

  function aConnection(
    fields: Record<string, string> = { bot_token: "xoxb-canary", api_url: base },
  ): Connection {
    // Of the row the gateway reads only which connection it is.
    return {
      provider: { id: providerId, type: "slack", alias: "default" } as Connection["provider"],
      server: slack,
      fields,
    };
  }

  function aCall(call: Partial<VendorCall> = {}): VendorCall {
    return {
      method: "GET",
      url: "https://slack.com/api/auth.test",
      headers: [],
      body: Buffer.alloc(0),
      signal: new AbortController().signal,
      ...call,
    };
  }

  async function textOf(body: AsyncIterable<Uint8Array>): Promise<string> {
    const pieces: Uint8Array[] = [];
    for await (const piece of body) pieces.push(piece);
    return Buffer.concat(pieces).toString("utf8");
  }

  test("puts the connection's address and credential in the place of what user code wrote", async () => {
    answer = (_request, response) => response.end('{"ok":true}');
    const given = await aGateway().call(
      aConnection(),
      aCall({
        method: "POST",
        url: "https://slack.com/api/chat.postMessage?a=1",
        headers: [
          ["Authorization", "Bearer theirs"],
          ["cookie", "session=1"],
          ["x-forwarded-for", "10.0.0.1"],
          ["content-type", "application/json"],
        ],
        body: Buffer.from('{"text":"hello"}'),
      }),
    );
    expect(await textOf(given.body)).toBe('{"ok":true}');
    const { url, method, headers } = asked[0]!;
    expect([method, url]).toEqual(["POST", "/api/chat.postMessage?a=1"]);
    expect(headers).toMatchObject({
      authorization: "Bearer xoxb-canary",
      "content-type": "application/json",
    });
    expect(headers.cookie).toBeUndefined();
    expect(headers["x-forwarded-for"]).toBeUndefined();
  });

  test.each([
    "https://slack.com.evil.example/api/auth.test",
    "https://slack.com/api@evil.example/",
    "https://slack.com/apiary",
    "https://user:word@slack.com/api/auth.test",
    "https://evil.example/api/auth.test",
    "http://127.0.0.1:1/api/auth.test",
    "file:///etc/passwd",
    "//evil.example/api",
    "",
  ])("sends the credential to no other place: %j", async (url) => {
    const call = aGateway().call(aConnection(), aCall({ url }));
    await expect(call).rejects.toMatchObject({ code: "PROVIDER_CALL_REFUSED" });
    expect(asked).toEqual([]);
  });

  test("refuses a header that would be two, and a method that is none", async () => {
    const gateway = aGateway();
    const twice = gateway.call(aConnection(), aCall({ headers: [["x-a", "1\r\nauthorization: x"]] }));
    await expect(twice).rejects.toMatchObject({ code: "PROVIDER_CALL_REFUSED" });
    const odd = gateway.call(aConnection(), aCall({ method: "CONNECT" }));
    await expect(odd).rejects.toMatchObject({ code: "PROVIDER_CALL_REFUSED" });
  });

  test("goes nowhere that tenants may not go, whatever a connection's address says", async () => {
    const closed = createOutsideAgents({});
    const call = new Gateway(closed, new ConnectionBudget(database)).call(aConnection(), aCall());
    await expect(call).rejects.toMatchObject({ code: "PROVIDER_CALL_REFUSED" });
    expect(asked).toEqual([]);
    closed.close();
  });

  test("a vendor that is not there is unreachable, and the message names its host and nothing else", async () => {
    const gone = aConnection({ bot_token: "xoxb-canary", api_url: "http://127.0.0.1:9/api" });
    const call = aGateway().call(gone, aCall());
    await expect(call).rejects.toMatchObject({ code: "PROVIDER_UNREACHABLE" });
    await expect(call).rejects.not.toThrow(/canary/);
  });

  test("the answer streams: its first piece is there before the vendor has ended", async () => {
    const rest = Promise.withResolvers<void>();
    answer = async (_request, response) => {
      response.write("first ");
      await rest.promise;
      response.end("second");
    };
    const { body } = await aGateway().call(aConnection(), aCall());
    const reader = body[Symbol.asyncIterator]();
    expect(String((await reader.next()).value)).toBe("first ");
    rest.resolve();
    expect(String((await reader.next()).value)).toBe("second");
    expect((await reader.next()).done).toBe(true);
  });

  test("redirects and errors are answers, and cookies of the vendor's are not passed on", async () => {
    answer = (_request, response) =>
      response.writeHead(302, { location: "https://elsewhere.example/", "set-cookie": "a=b" }).end();
    const { status, headers } = await aGateway().call(aConnection(), aCall());
    expect(status).toBe(302);
    expect(headers).toContainEqual(["location", "https://elsewhere.example/"]);
    expect(headers.map(([name]) => name)).not.toContain("set-cookie");
  });

  test("a redirect within a server of one's own is one within the API that the client knows", async () => {
    answer = (_request, response) => response.writeHead(301, { location: `${base}/new?a=1` }).end();
    const { headers } = await aGateway().call(aConnection(), aCall());
    expect(headers).toContainEqual(["location", "https://slack.com/api/new?a=1"]);
  });

  test("asks again after the pause that the vendor asked for", async () => {
    answer = (_request, response) => {
      if (asked.length < 3) response.writeHead(429, { "retry-after": "0" }).end("slow down");
      else response.end("done");
    };
    const { status, body } = await aGateway().call(aConnection(), aCall({ method: "POST" }));
    expect([status, await textOf(body), asked.length]).toEqual([200, "done", 3]);
  });

  test("a pause that is too long is the run's to see, and holds the connection's next call", async () => {
    answer = (_request, response) => response.writeHead(429, { "retry-after": "3600" }).end();
    expect((await aGateway().call(aConnection(), aCall())).status).toBe(429);
    // Another server's too.
    const next = aGateway().call(aConnection(), aCall());
    await expect(next).rejects.toMatchObject({ code: "PROVIDER_UNREACHABLE", message: /3600 s/ });
    expect(asked).toHaveLength(1);
  });

  test("what an answer says of the credential is told once, when it has been read so far", async () => {
    const told: unknown[] = [];
    const noteCredential = async (_connection: Connection, state: unknown) => void told.push(state);
    const gateway = new Gateway(agents, new ConnectionBudget(database), { noteCredential });
    answer = (_request, response) => response.end('{"ok":false,"error":"account_inactive"}');
    const refused = await gateway.call(aConnection(), aCall());
    expect(told).toEqual([]);
    expect(await textOf(refused.body)).toContain("account_inactive");
    expect(told).toMatchObject([{ kind: "refused" }]);
    const long = `{"ok":true,"members":["${"x".repeat(100_000)}"]}`;
    answer = (_request, response) => response.end(long);
    expect(await textOf((await gateway.call(aConnection(), aCall())).body)).toBe(long);
    expect(told.slice(1)).toEqual([{ kind: "accepted" }]);
    answer = (_request, response) => response.writeHead(404).end("not a word of it");
    await textOf((await gateway.call(aConnection(), aCall())).body);
    expect(told).toHaveLength(2);
  });

  test("a call that nobody waits for any more ends at the vendor too", async () => {
    const closed = Promise.withResolvers<void>();
    answer = (_request, response) => void response.once("close", () => closed.resolve());
    const abort = new AbortController();
    const call = aGateway().call(aConnection(), aCall({ signal: abort.signal }));
    const refused = expect(call).rejects.toThrow("gone");
    while (asked.length === 0) await new Promise((resolve) => setImmediate(resolve));
    abort.abort(new Error("gone"));
    await refused;
    await closed.promise;
  });
});

test.each([
  ["POST", 429, "7", 7_000],
  ["POST", 403, "7", 7_000],
  ["POST", 503, "7", undefined],
  ["GET", 503, "7", 7_000],
  ["GET", 500, "7", undefined],
  ["GET", 429, "Thu, 01 Jan 2026 00:00:10 GMT", 10_000],
  ["GET", 429, "soon", undefined],
] as const)("%s answered %i with Retry-After %j is asked again after %j ms", (method, status, value, ms) => {
  const answered = { status, headers: [["retry-after", value] as [string, string]] };
  expect(retryAfterMs(method, answered, Date.parse("2026-01-01T00:00:00Z"))).toBe(ms);
});
