import { once } from "node:events";
import { request } from "node:http";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type DeployedWebhook, deployWebhook } from "../testing/deployed-webhook.ts";
import { startTestServer, type TestServer } from "../testing/running-server.ts";

const CALLER = "203.0.113.7";
const opened = new AsyncDisposableStack();
/** Two of one database: requests reach both from loopback, and only one takes that for its proxy. */
let behindProxy: TestServer;
let alone: TestServer;
let webhook: DeployedWebhook;
beforeAll(async () => {
  const environment = { FLOWW_TRUSTED_PROXIES: "127.0.0.0/8" };
  behindProxy = opened.use(await startTestServer({ environment }));
  alone = opened.use(await startTestServer({ beside: behindProxy }));
  webhook = await deployWebhook(behindProxy, { name: "addresses", handler: "() => undefined" });
}, 60_000);
afterAll(() => opened.disposeAsync());

/** The address that is recorded of a request. */
async function recorded(server: TestServer, path: string, headers: Record<string, string>): Promise<string> {
  const client = behindProxy.client(behindProxy.ownerToken);
  const { namespaceId } = webhook.params;
  const newest = async () =>
    (await client.listDeliveries({ params: { namespaceId }, query: { limit: 1 } })).items[0]?.id;
  const before = await newest();
  const sent = request(server.localUrl + path, { method: "POST", headers }).end();
  const [answer] = await once(sent, "response");
  answer.resume();
  // What caused nothing is recorded after its answer.
  let deliveryId = await newest();
  while (deliveryId === before || deliveryId === undefined) deliveryId = await newest();
  return (await client.getDelivery({ params: { namespaceId, deliveryId } })).remoteAddress;
}

test.each([
  ["a webhook", () => webhook.path],
  ["a request that no webhook takes", () => `${webhook.path}/nowhere`],
])("the address of %s is the one that a trusted proxy forwards, and nobody else's word", async (_, path) => {
  const forwarded = { "x-forwarded-for": CALLER };
  expect(await recorded(behindProxy, path(), forwarded)).toBe(CALLER);
  expect(await recorded(behindProxy, path(), { "x-forwarded-for": `198.51.100.1, ${CALLER}` })).toBe(CALLER);
  expect(await recorded(behindProxy, path(), {})).toBe("127.0.0.1");
  expect(await recorded(alone, path(), forwarded)).toBe("127.0.0.1");
});
