import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { deployWebhook } from "../testing/deployed-webhook.ts";
import { startTestServer, type TestServer } from "../testing/running-server.ts";

// Of a whole server nothing else can make it short.
vi.mock("@floww/contract/limits", async (importOriginal) => {
  const { limits } = await importOriginal<typeof import("@floww/contract/limits")>();
  return { limits: { ...limits, callerWaitMs: 100 } };
});

let server: TestServer;
let namespaceId: string;
beforeAll(async () => {
  server = await startTestServer();
  namespaceId = (await server.client(server.ownerToken).whoAmI({})).namespaces[0]!.id;
}, 60_000);
afterAll(() => server[Symbol.asyncDispose]());

async function call(path: string) {
  const answer = await fetch(server.url + path, { method: "POST" });
  return { status: answer.status, body: (await answer.json()) as { executionId: string; error: object } };
}

/** Its end, which may be committed after the answer. */
async function finished(executionId: string) {
  for (;;) {
    const params = { namespaceId, executionId };
    const found = await server.client(server.ownerToken).getExecution({ params });
    if (found.finishedAt !== undefined) return found;
  }
}

test("the caller of a deployed handler that gives no answer gets 504 with the execution, which goes on", async () => {
  const { path } = await deployWebhook(server, { name: "slow", handler: "() => new Promise(() => {})" });
  const { status, body } = await call(path);
  expect(status).toBe(504);
  expect(body).toMatchObject({
    error: { code: "CALLER_TIMED_OUT" },
    executionId: expect.stringMatching(/^exe_/),
  });
  const client = server.client(server.ownerToken);
  const params = { namespaceId, executionId: body.executionId };
  expect((await client.getExecution({ params })).status).toBe("started");
  await client.cancelExecution({ params });
  expect((await finished(body.executionId)).status).toBe("cancelled");
});

test("the caller of a webhook of a laptop that is away gets 504, and the event is kept and not run later", async () => {
  const client = server.client(server.ownerToken);
  const { id: workflowId } = await client.createWorkflow({ params: { namespaceId }, body: { name: "away" } });
  const input = { method: "POST", path: "/hook", response: "handler" };
  const provider = { type: "builtin", alias: "default" };
  const trigger = { handlerId: "hook", provider, type: "onWebhook", key: "POST /hook", input };
  const manifest = { abi: 1 as const, triggers: [trigger], providers: [], secrets: [], warnings: [] };
  const params = { namespaceId, workflowId };
  const session = await client.openDevSession({ params, body: { manifest, clientId: "terminal" } });
  const { status, body } = await call(`${new URL(session.webhookUrl).pathname}/hook`);
  expect([status, body]).toMatchObject([504, { error: { code: "DEV_NOT_TAKEN" } }]);
  const { status: state, error } = await finished(body.executionId);
  expect([state, error?.code]).toEqual(["interrupted", "DEV_NOT_TAKEN"]);
});
