import { afterAll, beforeAll, expect, test } from "vitest";
import { type DeployedWebhook, deployWebhook } from "../testing/deployed-webhook.ts";
import { startTestServer, type TestServer } from "../testing/running-server.ts";

let server: TestServer;
let webhook: DeployedWebhook;
let address: string;
beforeAll(async () => {
  server = await startTestServer();
  webhook = await deployWebhook(server, {
    name: "slow",
    handler: "() => new Promise((resolve) => setTimeout(resolve, 1_000))",
  });
  const { namespaceId, workflowId } = webhook.params;
  const { items } = await client().listTriggers({ params: webhook.params });
  address = `${server.url}/api/namespaces/${namespaceId}/workflows/${workflowId}/triggers/${items[0]!.id}/test`;
}, 60_000);
afterAll(() => server[Symbol.asyncDispose]());

const client = () => server.client(server.ownerToken);

async function newest() {
  const { namespaceId } = webhook.params;
  return (await client().listExecutions({ params: { namespaceId }, query: { limit: 1 } })).items[0];
}

test("whoever goes away before the answer stops nothing, and is no error of the server's", async () => {
  const leaving = new AbortController();
  const sent = fetch(address, {
    method: "POST",
    headers: { authorization: `Bearer ${server.ownerToken}`, "content-type": "application/json" },
    body: "{}",
    signal: leaving.signal,
  });
  while ((await newest())?.status !== "started");
  leaving.abort();
  await expect(sent).rejects.toThrow();
  let execution = await newest();
  while (execution?.finishedAt === undefined) execution = await newest();
  expect(execution.status).toBe("completed");
  expect(server.reported).toEqual([]);
});

test("many at once each get the answer of their own", async () => {
  const { id: triggerId } = (await client().listTriggers({ params: webhook.params })).items[0]!;
  const sent = await Promise.all(
    Array.from({ length: 20 }, () =>
      client().sendTestEvent({ params: { ...webhook.params, triggerId }, body: {} }),
    ),
  );
  expect(new Set(sent.map(({ executionId }) => executionId)).size).toBe(20);
  expect(sent.every(({ status }) => status === 204 || status === 200)).toBe(true);
});
