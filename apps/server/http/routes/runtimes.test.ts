import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../../testing/running-server.ts";

let server: TestServer;
let params: { namespaceId: string };
beforeAll(async () => {
  server = await startTestServer();
  params = { namespaceId: (await server.client(server.ownerToken).whoAmI({})).namespaces[0]!.id };
});
afterAll(() => server[Symbol.asyncDispose]());

test("a namespace runs on the server's own engine until it is told otherwise", async () => {
  const client = server.client(server.ownerToken);
  const offered = [{ driver: "process", isolation: server.isolation }];
  expect(await client.getRuntime({ params })).toEqual({ driver: "process", offered });
  expect(await client.setRuntime({ params, body: { driver: "process" } })).toEqual({
    driver: "process",
    offered,
  });
});

test("a driver that the server does not have is refused, and changes nothing", async () => {
  const client = server.client(server.ownerToken);
  await expect(client.setRuntime({ params, body: { driver: "lambda" } })).rejects.toMatchObject({
    code: "RUNTIME_NOT_OFFERED",
    message: expect.stringContaining("it has: process"),
  });
  expect(await client.getRuntime({ params })).toMatchObject({ driver: "process" });
});

test.each([
  ["a driver that is not there", { driver: "docker" as const }, "it has: process"],
  ["a setting that its engine has not", { memoryMb: 512 }, '"memoryMb"'],
])("a deployment with %s is refused before anything runs", async (_, runtime, message) => {
  const client = server.client(server.ownerToken);
  const workflow = await client.createWorkflow({
    params,
    body: { name: `w${Math.random().toString(36).slice(2)}` },
  });
  const hash = "a".repeat(64);
  await server.database.query(
    "insert into bundles (namespace_id, hash, code_bytes, map_bytes) select id, $1, 1, 0 from namespaces on conflict do nothing",
    [hash],
  );
  const manifest = { abi: 1 as const, triggers: [], providers: [], secrets: [], warnings: [] };
  const body = { bundleHash: hash, manifest, runtime };
  await expect(
    client.createDeployment({ params: { ...params, workflowId: workflow.id }, body }),
  ).rejects.toMatchObject({ code: "RUNTIME_NOT_OFFERED", message: expect.stringContaining(message) });
});
