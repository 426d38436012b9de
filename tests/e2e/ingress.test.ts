import { connect } from "node:net";
import { limits } from "@floww/contract/limits";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestServer, type TestServer } from "./test-server.ts";
import { createProject, type WorkflowProject } from "./workflow-project.ts";

const SOURCE = `
import { Builtin } from "floww";
const builtin = new Builtin();
builtin.triggers.onWebhook({ path: "/echo", handler: (ctx, { body, rawBody, headers }) => ({
  type: body instanceof Uint8Array ? "bytes" : body === null ? "null" : typeof body, size: rawBody.length, cookie: headers.cookie ?? null,
}) });
builtin.triggers.onWebhook({ path: "/raw", handler: (ctx, event) => new Response(event.rawBody, { headers: { "content-type": "text/html", "set-cookie": "a=b", "x-mine": "yes", "x-content-type-options": "none", nel: "{}", "alt-svc": "h3" } }) });
builtin.triggers.onWebhook({ path: "/stream", method: "GET", handler: () => new Response(new ReadableStream({
  async start(controller) {
    controller.enqueue(new TextEncoder().encode("first "));
    await new Promise((resolve) => setTimeout(resolve, 300));
    controller.enqueue(new TextEncoder().encode("second"));
    controller.close();
  },
})) });
builtin.triggers.onWebhook({ path: "/early", handler: async (ctx) => { await ctx.respond({ early: true }); await new Promise((resolve) => setTimeout(resolve, 300)); return "late"; } });
builtin.triggers.onWebhook({ path: "/open", cors: true, handler: () => "open" });
builtin.triggers.onWebhook({ path: "/ours", cors: { origins: ["https://app.example.com"], headers: ["x-team"] }, handler: () => { throw new Error("no"); } });
const schema = { "~standard": { version: 1, vendor: "test", validate: (value) => typeof value?.n === "number" ? { value } : { issues: [{ message: "must be a number", path: ["n"] }] } } };
builtin.triggers.onWebhook({ path: "/typed", schema, handler: (ctx, event) => ({ double: event.body.n * 2 }) });
`;

describe("the ingress", () => {
  let server: TestServer;
  let project: WorkflowProject;
  let base: string;

  beforeAll(async () => {
    server = await startTestServer();
    project = await createProject("ingress", SOURCE);
    const { stdout } = await server.cli(["deploy", project.folder, "--yes", "--json"]);
    base = (JSON.parse(stdout) as { triggers: { url: string }[] }).triggers
      .find(({ url }) => url.endsWith("/echo"))!
      .url.slice(0, -5);
  });
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    await project[Symbol.asyncDispose]();
  });

  async function echo(body: string | Uint8Array, type?: string): Promise<unknown> {
    const headers: Record<string, string> = type === undefined ? {} : { "content-type": type };
    const answer = await fetch(`${base}/echo`, { method: "POST", headers, body: body as BodyInit });
    return ((await answer.json()) as { type: string }).type;
  }

  test("a body is what its content type says, and what is broken is bytes", async () => {
    expect(await echo('{"a":1}', "application/json")).toBe("object");
    expect(await echo('\ufeff{"a":1}', "application/vnd.x+json; charset=utf-8")).toBe("object");
    expect(await echo("{broken", "application/json")).toBe("bytes");
    expect(await echo("1e400", "application/json")).toBe("number");
    expect(await echo("a=1&__proto__=2", "application/x-www-form-urlencoded")).toBe("object");
    expect(await echo("hello", "text/plain")).toBe("string");
    expect(await echo(new Uint8Array([0, 255]), "image/png")).toBe("bytes");
    expect(await echo(`${"[".repeat(100_000)}${"]".repeat(100_000)}`, "application/json")).toBe("object");
  });

  test("a page of another origin may call what sets `cors`, and nothing else", async () => {
    const from = (origin: string, path: string, init: RequestInit = {}) =>
      fetch(`${base}${path}`, { method: "POST", ...init, headers: { origin, ...init.headers } });
    const preflight = (origin: string, path: string) =>
      from(origin, path, { method: "OPTIONS", headers: { "access-control-request-method": "POST" } });
    const allowed = (answer: Response) => answer.headers.get("access-control-allow-origin");

    expect(allowed(await from("https://any.example", "/open"))).toBe("*");
    const asked = await preflight("https://app.example.com", "/ours");
    expect([asked.status, allowed(asked)]).toEqual([204, "https://app.example.com"]);
    expect(asked.headers.get("access-control-allow-headers")).toBe("x-team");
    expect(asked.headers.get("access-control-allow-methods")).toBe("POST");
    // An error too must be readable to the page that caused it.
    const failed = await from("https://app.example.com", "/ours");
    expect([failed.status, allowed(failed), failed.headers.get("vary")]).toEqual([
      500,
      "https://app.example.com",
      "origin",
    ]);
    // So must a refusal that comes before any run.
    const keyed = (key: string, body: string) =>
      from("https://app.example.com", "/ours", { body, headers: { "idempotency-key": key } });
    await keyed("cors", "first");
    const early = [await keyed("k".repeat(256), "long"), await keyed("cors", "other")];
    expect(early.map((answer) => [answer.status, allowed(answer)])).toEqual([
      [400, "https://app.example.com"],
      [422, "https://app.example.com"],
    ]);
    for (const answer of [
      await preflight("https://evil.example", "/ours"),
      await from("https://evil.example", "/ours"),
    ])
      expect([allowed(answer), answer.headers.get("vary")]).toEqual([null, "origin"]);
    for (const path of ["/echo", "/nowhere"])
      expect((await preflight("https://app.example.com", path)).status).toBe(404);
    expect(allowed(await from("https://app.example.com", "/echo"))).toBeNull();
  });

  test("a schema refuses with 400 and the reasons, and broken JSON with 400", async () => {
    const send = (body: string) => fetch(`${base}/typed`, { method: "POST", body });
    expect(await (await send('{"n":21}')).json()).toEqual({ double: 42 });
    const wrong = await send('{"n":"x"}');
    expect([wrong.status, await wrong.json()]).toMatchObject([
      400,
      { error: { issues: [{ path: ["n"], message: "must be a number" }] } },
    ]);
    const broken = await send("{");
    expect([broken.status, await broken.json()]).toMatchObject([400, { error: { code: "BODY_NOT_JSON" } }]);
  });

  test("bytes go in and out unchanged, cookies are refused, and the answer is sandboxed", async () => {
    const bytes = Uint8Array.from({ length: 300_000 }, (_, index) => index % 256);
    const answer = await fetch(`${base}/raw`, { method: "POST", body: bytes });
    expect(new Uint8Array(await answer.arrayBuffer())).toEqual(bytes);
    expect(answer.headers.get("x-mine")).toBe("yes");
    expect(answer.headers.get("set-cookie")).toBeNull();
    expect(answer.headers.get("content-security-policy")).toBe("sandbox");
    expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
    expect([answer.headers.get("nel"), answer.headers.get("alt-svc")]).toEqual([null, null]);
  });

  test("a stream's first part arrives before its last is made", async () => {
    const answer = await fetch(`${base}/stream`);
    const reader = answer.body!.getReader();
    const first = await reader.read();
    const firstAt = performance.now();
    expect(new TextDecoder().decode(first.value)).toBe("first ");
    let rest = "";
    for (let part = await reader.read(); !part.done; part = await reader.read())
      rest += new TextDecoder().decode(part.value);
    expect([rest, performance.now() - firstAt > 100]).toEqual(["second", true]);
  });

  test("ctx.respond answers before the handler ends", async () => {
    const startedAt = performance.now();
    const answer = await fetch(`${base}/early`, { method: "POST" });
    expect(await answer.json()).toEqual({ early: true });
    expect(performance.now() - startedAt).toBeLessThan(290);
  });

  test("a body over the cap is 413 while the rest is still on its way", async () => {
    const { hostname, port, pathname } = new URL(`${base}/echo`);
    const status = await new Promise<string>((resolve, reject) => {
      const socket = connect({ host: hostname, port: Number(port) });
      socket.once("data", (data) => {
        resolve(data.toString().split("\r\n", 1)[0]!);
        socket.destroy();
      });
      socket.once("error", reject);
      socket.write(`POST ${pathname} HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n`);
      const part = Buffer.alloc(1024 * 1024, "x");
      for (let sent = 0; sent <= limits.bodyBytesMax; sent += part.length) {
        socket.write(`${part.length.toString(16)}\r\n`);
        socket.write(part);
        socket.write("\r\n");
      }
    });
    expect(status).toContain("413");
    const announced = await fetch(`${base}/echo`, {
      method: "POST",
      body: "x".repeat(limits.bodyBytesMax + 1),
    }).catch(() => undefined);
    expect([413, undefined]).toContain(announced?.status);
  });

  test("a wrong key, path, method or spelling gets one and the same 404", async () => {
    const key = /webhook\/([^/]+)/.exec(base)![1]!;
    const wrong = [
      [`${base}/nothing`, "POST"],
      [`${base}/echo/`, "POST"],
      [`${base}//echo`, "POST"],
      [`${base}/ECHO`, "POST"],
      [`${base}/%65cho`, "POST"],
      [`${base}/echo`, "DELETE"],
      [base.replace(key, "x".repeat(24)), "POST"],
      [base.replace(key, "__proto__"), "POST"],
      [base.replace(`/${key}`, "/"), "POST"],
    ] as const;
    const answers = await Promise.all(
      wrong.map(async ([url, method]) => {
        const answer = await fetch(url, { method, body: "x".repeat(limits.refusedBytesMax + 1) });
        return `${answer.status} ${await answer.text()}`;
      }),
    );
    expect(new Set(answers).size).toBe(1);
    expect(answers[0]).toMatch(/^404 /);
  });

  test("one hostile body among a hundred fails nobody else", async () => {
    const hostile = ["\u0000", '"\\u0000"', '"\\ud800"', "1e200000", "\\x00", "'; drop table executions; --"];
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, index) =>
        fetch(`${base}/raw`, {
          method: "POST",
          headers: {
            "content-type": "application/json",
            "x-hostile": index % 5 === 0 ? "\u00ff\u0080" : "no",
          },
          body: hostile[index % hostile.length]!,
        }),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    const bodies = await Promise.all(answers.map((answer) => answer.text()));
    expect(bodies).toEqual(Array.from({ length: 100 }, (_, index) => hostile[index % hostile.length]));
  });

  test("Floww's own cookies do not reach the handler", async () => {
    const answer = await fetch(`${base}/echo`, {
      method: "POST",
      headers: { cookie: "a=1; __Host-floww.session=secret; floww.x=2; b=3" },
    });
    expect(((await answer.json()) as { cookie: string }).cookie).toBe("a=1; b=3");
  });

  test("what is refused is kept with its reason, and a stranger's is not", async () => {
    await using database = await server.openDatabase();
    const refused = await database.query(
      "select distinct verdict from deliveries where verdict not in (1, 4) order by 1",
    );
    expect(refused).toEqual([{ verdict: 2 }, { verdict: 5 }]);
    const paths = await database.query(
      "select convert_from(head, 'UTF8') as head from deliveries where verdict = 2",
    );
    expect(paths.some(({ head }) => (JSON.parse(String(head)) as { path: string }).path === "/nothing")).toBe(
      true,
    );
  });
});
