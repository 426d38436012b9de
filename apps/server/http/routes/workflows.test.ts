import type { Client } from "@floww/contract/api";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { deployWebhook } from "../../testing/deployed-webhook.ts";
import { startTestServer, type TestServer } from "../../testing/running-server.ts";

let server: TestServer;
let client: Client;
let namespaceId: string;
beforeAll(async () => {
  server = await startTestServer();
  client = server.client(server.ownerToken);
  namespaceId = (await client.whoAmI({})).namespaces[0]!.id;
}, 60_000);
afterAll(() => server[Symbol.asyncDispose]());

const create = (name: string) => client.createWorkflow({ params: { namespaceId }, body: { name } });
const paramsOf = ({ id: workflowId }: { id: string }) => ({ namespaceId, workflowId });

describe("a workflow", () => {
  test("gets another name and description, and stays what it was", async () => {
    const made = await create("orders");
    const params = paramsOf(made);
    const renamed = await client.updateWorkflow({
      params,
      body: { name: "shop-orders", description: "All." },
    });
    expect(renamed).toEqual({ ...made, name: "shop-orders", description: "All." });
    expect(await client.getWorkflow({ params })).toEqual(renamed);
    expect(await client.updateWorkflow({ params, body: {} })).toEqual(renamed);
    expect(await client.updateWorkflow({ params, body: { description: "" } })).toMatchObject({
      name: "shop-orders",
      description: "",
    });
    const { items } = await client.listWorkflows({ params: { namespaceId }, query: { name: "shop-orders" } });
    expect(items.map(({ id }) => id)).toEqual([made.id]);
    // The former one is free again.
    await create("orders");
  });

  test("does not get the name of a living one, and two who want one at once do not both get it", async () => {
    await create("taken");
    const [one, two] = [await create("one"), await create("two")];
    await expect(
      client.updateWorkflow({ params: paramsOf(one), body: { name: "taken" } }),
    ).rejects.toMatchObject({ code: "NAME_TAKEN" });
    const both = await Promise.allSettled(
      [one, two].map((made) => client.updateWorkflow({ params: paramsOf(made), body: { name: "wanted" } })),
    );
    expect(both.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    await client.deleteWorkflow({ params: paramsOf(await create("gone")) });
    await client.updateWorkflow({ params: paramsOf(one), body: { name: "gone" } });
  });

  test("that is deleted has no name to change", async () => {
    const made = await create("deleted");
    await client.deleteWorkflow({ params: paramsOf(made) });
    await expect(
      client.updateWorkflow({ params: paramsOf(made), body: { name: "back" } }),
    ).rejects.toMatchObject({ code: "NOT_FOUND" });
  });

  test("answers at its address as before, whatever it is called", async () => {
    const { params, path } = await deployWebhook(server, { name: "before", handler: "() => undefined" });
    await client.updateWorkflow({ params, body: { name: "after" } });
    const answer = await fetch(server.url + path, { method: "POST" });
    expect(answer.status).toBeLessThan(300);
  });
});
