import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { newUuid } from "../platform/uuid-v7.ts";
import { startTestServer, type TestServer } from "../testing/running-server.ts";

type Method = "GET" | "PUT";

/** A bundle whose one webhook listens for this method, and what it declares. */
function aVersion(method: Method) {
  const declared = {
    provider: { type: "builtin", alias: "default" },
    type: "onWebhook",
    key: `${method} /`,
    input: { method, path: "/", response: "handler" as const },
  };
  const code = Buffer.from(
    `globalThis[Symbol.for("floww.abi.1")].registrations.push({
      ...${JSON.stringify(declared)}, id: "hook", run: async () => "${method}" });`,
  );
  const triggers = [{ handlerId: "hook", ...declared }];
  return { code, manifest: { abi: 1 as const, triggers, providers: [], secrets: [], warnings: [] } };
}

describe("a switch with several servers", () => {
  let one: TestServer;
  let two: TestServer;
  let params: { namespaceId: string; workflowId: string };
  let key: string;
  const opened = new AsyncDisposableStack();

  beforeAll(async () => {
    one = opened.use(await startTestServer());
    two = opened.use(await startTestServer({ beside: one }));
    const client = one.client(one.ownerToken);
    const namespaceId = (await client.whoAmI({})).namespaces[0]!.id;
    const workflow = await client.createWorkflow({ params: { namespaceId }, body: { name: "switch" } });
    params = { namespaceId, workflowId: workflow.id };
    key = new URL(workflow.webhookUrl).pathname;
  }, 60_000);
  afterAll(() => opened.disposeAsync());

  async function deploy(method: Method) {
    const client = one.client(one.ownerToken);
    const { code, manifest } = aVersion(method);
    const hash = createHash("sha256").update(code).digest("hex");
    const { namespaceId } = params;
    const query = { codeBytes: code.byteLength };
    await client.putBundle({ params: { namespaceId, hash }, query, body: code });
    return client.createDeployment({ params, body: { bundleHash: hash, manifest } });
  }

  /** Whether the server routes this method; the bundle's bytes lie in the first server's home only. */
  async function routes(server: TestServer, method: Method): Promise<boolean> {
    const answer = await fetch(`${server.localUrl}${key}`, { method });
    return !(await answer.text()).includes("WEBHOOK_NOT_FOUND");
  }

  test("is answered when every server has taken it up", async () => {
    for (let round = 0; round < 10; round++) {
      const [now, before] = round % 2 === 0 ? (["GET", "PUT"] as const) : (["PUT", "GET"] as const);
      expect((await deploy(now)).warnings).toEqual([]);
      const routed = await Promise.all([one, two].map((server) => routes(server, now)));
      const left = await Promise.all([one, two].map((server) => routes(server, before)));
      expect({ routed, left }).toEqual({ routed: [true, true], left: [false, false] });
    }
  });

  test("a pause holds on every server once it is answered, and so does its end", async () => {
    await deploy("GET");
    const client = one.client(one.ownerToken);
    const statuses = async () =>
      (await Promise.all([one, two].map(({ localUrl }) => fetch(`${localUrl}${key}`)))).map(
        ({ status }) => status,
      );
    for (let round = 0; round < 5; round++) {
      expect((await client.pauseWorkflow({ params })).warnings).toEqual([]);
      expect(await statuses()).toEqual([503, 503]);
      expect((await client.resumeWorkflow({ params })).warnings).toEqual([]);
      expect(await routes(two, "GET")).toBe(true);
      expect((await statuses())[0]).toBe(200);
    }
  });

  test("names a server that does not take it up, and does not wait for it for ever", async () => {
    const hanging = newUuid();
    await one.database.query("insert into servers (id, lease_until) values ($1, now() + interval '1 hour')", [
      hanging,
    ]);
    const { warnings } = await deploy("GET");
    expect(warnings).toEqual([expect.stringMatching(/Not yet followed by srv_/)]);
    await one.database.query("delete from servers where id = $1", [hanging]);
    expect(await routes(one, "GET")).toBe(true);
  });
});
