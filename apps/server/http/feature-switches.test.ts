import type { SwitchName } from "@floww/contract/api";
import { FlowwError } from "@floww/contract/errors";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { anAdministrator } from "../testing/administrators.ts";
import { TestBrowser } from "../testing/browser.ts";
import { type DeployedWebhook, deployWebhook } from "../testing/deployed-webhook.ts";
import { RegistryClient } from "../testing/registry-client.ts";
import { startTestServer, type TestServer } from "../testing/running-server.ts";
import { emptyManifest } from "../testing/tenants.ts";

const FOLLOW_MS_MAX = 1_000;

let one: TestServer;
let two: TestServer;
let token: string;
let hook: DeployedWebhook;
beforeAll(async () => {
  one = await startTestServer();
  two = await startTestServer({ beside: one });
  token = (await anAdministrator(one)).accessToken;
  hook = await deployWebhook(one, { name: "hello", handler: `async () => "hello"` });
});
afterAll(async () => {
  await two[Symbol.asyncDispose]();
  await one[Symbol.asyncDispose]();
});

const turned: SwitchName[] = [];
const set = async (switchName: SwitchName, isOn: boolean, reason?: string) => {
  turned.push(switchName);
  const body = { isOn, ...(reason === undefined ? {} : { reason }) };
  await one.client(token).adminSetSwitch({ params: { switchName }, body });
};
afterEach(async () => {
  for (const switchName of turned.splice(0)) {
    await one.client(token).adminSetSwitch({ params: { switchName }, body: { isOn: true } });
  }
});

/** Asks again and again; true as soon as it is so, false when it is not within a second. */
async function within(what: () => Promise<boolean>): Promise<boolean> {
  const until = performance.now() + FOLLOW_MS_MAX;
  for (;;) {
    if (await what()) return true;
    if (performance.now() > until) return false;
  }
}

const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => "done",
    (error: unknown) => (error instanceof FlowwError ? error.code : String(error)),
  );

const count = async (table: string) => (await one.database.query(`select from ${table}`)).rowCount;

test("webhooks that are off answer 503 on every server, with when to come again, and leave no trace", async () => {
  const send = (server: TestServer) => fetch(server.localUrl + hook.path, { method: "POST", body: "{}" });
  expect((await send(one)).status).toBe(200);
  await set("webhooks", false, "We move house.");
  const refused = await send(one);
  expect([refused.status, refused.headers.get("retry-after")]).toEqual([503, "60"]);
  expect(await refused.json()).toMatchObject({
    error: { code: "FEATURE_OFF", message: "Webhooks are turned off on this server: We move house." },
  });
  expect(await within(async () => (await send(two)).status === 503)).toBe(true);
  const traces = [await count("deliveries"), await count("executions")];
  for (const path of [hook.path, "/webhook/unknown", "/webhook/prv_unknown", "/webhook/dev_unknown"])
    expect((await fetch(two.localUrl + path, { method: "POST", body: "x" })).status).toBe(503);
  expect([await count("deliveries"), await count("executions")]).toEqual(traces);
  await set("webhooks", true);
  expect((await send(one)).status).toBe(200);
  // The bundle lies in the first server's home only: that the second one looks for it is enough.
  expect(await within(async () => (await send(two)).status !== 503)).toBe(true);
});

test("with deploys off nothing is uploaded, deployed or rolled back; a stranger is not told", async () => {
  await set("deploys", false);
  const owner = one.client(one.ownerToken);
  const { params } = hook;
  const upload = {
    params: { namespaceId: params.namespaceId, hash: "0".repeat(64) },
    query: { codeBytes: 1 },
    body: new Uint8Array(1),
  };
  const deployment = { bundleHash: "0".repeat(64), manifest: emptyManifest };
  expect(await codeOf(owner.putBundle(upload))).toBe("FEATURE_OFF");
  expect(await codeOf(owner.createDeployment({ params, body: deployment }))).toBe("FEATURE_OFF");
  expect(await codeOf(owner.activateDeployment({ params, body: {} }))).toBe("FEATURE_OFF");
  expect(await codeOf(one.client().activateDeployment({ params, body: {} }))).toBe("UNAUTHENTICATED");
  expect(await codeOf(owner.listDeployments({ params }))).toBe("done");
  const onTwo = () => codeOf(two.client(one.ownerToken).activateDeployment({ params, body: {} }));
  expect(await within(async () => (await onTwo()) === "FEATURE_OFF")).toBe(true);
});

test("dev sessions that are open end, and no other begins", async () => {
  const owner = one.client(one.ownerToken);
  const { params } = hook;
  const body = { manifest: emptyManifest, clientId: "test-terminal" };
  const { id } = await owner.openDevSession({ params, body });
  await set("devSessions", false);
  const { rows } = await one.database.query<{ client: string | null }>(
    "select client_id as client from dev_sessions",
  );
  expect(rows).toEqual([{ client: null }]);
  const session = { namespaceId: params.namespaceId, devSessionId: id };
  const keep = { params: session, body: { clientId: "test-terminal" } };
  expect(await codeOf(owner.keepDevSession(keep))).toBe("FEATURE_OFF");
  expect(await codeOf(owner.openDevSession({ params, body }))).toBe("FEATURE_OFF");
});

test("the registry takes nothing and gives what it has", async () => {
  await set("registryPushes", false);
  const client = new RegistryClient(one.url, one.ownerToken);
  const repository = `${hook.params.namespaceId}/image`;
  const pushed = await client.send(`${repository}/blobs/uploads/`, { method: "POST" });
  expect([pushed.status, pushed.headers.get("retry-after")]).toEqual([503, "60"]);
  expect(await pushed.json()).toMatchObject({ errors: [{ code: "UNAVAILABLE" }] });
  expect((await client.send(`${repository}/tags/list`)).status).toBe(404);
});

test("nobody invites, or joins by an invitation that was made before", async () => {
  const owner = one.client(one.ownerToken);
  const organizationId = (await owner.whoAmI({})).organizations[0]!.id;
  const invite = () =>
    owner.createInvitation({ params: { organizationId }, body: { email: "a@example.com", role: "viewer" } });
  const url = new URL((await invite()).url);
  await set("invitations", false);
  expect(await codeOf(invite())).toBe("FEATURE_OFF");
  const page = await new TestBrowser(one.url).get(url.pathname + url.search);
  expect([page.status, await page.text()]).toEqual([503, expect.stringContaining("turned off")]);
  const accept = { body: { token: url.searchParams.get("token") ?? "" } };
  expect(await codeOf(one.client(token).acceptInvitation(accept))).toBe("FEATURE_OFF");
});

test("a server that starts knows what is off", async () => {
  await set("deploys", false);
  await using three = await startTestServer({ beside: one });
  const { params } = hook;
  expect(await codeOf(three.client(one.ownerToken).activateDeployment({ params, body: {} }))).toBe(
    "FEATURE_OFF",
  );
});

test("what is off and on, why, since when and by whom", async () => {
  await set("schedules", false, "Maintenance");
  const { items } = await one.client(token).adminListSwitches({});
  expect(items.find(({ name }) => name === "schedules")).toMatchObject({
    ...{ isOn: false, reason: "Maintenance", changedBy: expect.any(String), changedAt: expect.any(String) },
  });
  const { items: audit } = await one.client(token).adminListAudit({ query: { limit: 1 } });
  expect(audit).toMatchObject([
    { action: "adminSetSwitch", subjects: { switchName: "schedules", isOn: "false" } },
  ]);
  expect(one.reported).toEqual([]);
  expect(two.reported).toEqual([]);
});
