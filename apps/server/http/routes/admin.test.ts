import { type Client, rolePermissions } from "@floww/contract/api";
import { formatId } from "@floww/contract/ids";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createApiKey } from "../../domain/identity/api-keys.ts";
import { hasBubblewrap } from "../../domain/runtimes/drivers/process/has-bubblewrap.ts";
import { anAdministrator } from "../../testing/administrators.ts";
import { TestBrowser } from "../../testing/browser.ts";
import { startTestServer, type TestServer } from "../../testing/running-server.ts";
import { aMember, password, setUpOwner } from "../../testing/signed-in.ts";

let server: TestServer;
/** Ada, whom the set-up link made, in her browser; and somebody else who runs the server, on a command line. */
let ada: TestBrowser;
let admin: Client;
let adminId: string;
beforeAll(async () => {
  server = await startTestServer();
  ada = await setUpOwner(server);
  const administrator = await anAdministrator(server);
  adminId = formatId("user", administrator.userId);
  admin = server.client(administrator.accessToken);
});
afterAll(() => server[Symbol.asyncDispose]());

interface Me {
  id: string;
  isAdministrator: boolean;
  organizations: { id: string }[];
}

const meOf = async (browser: TestBrowser) => (await (await browser.api("/api/me")).json()) as Me;

/** Somebody with a password, by an invitation of Ada's. */
async function join(email: string): Promise<TestBrowser> {
  const { organizations } = await meOf(ada);
  const body = JSON.stringify({ email, role: "developer" });
  const path = `/api/organizations/${organizations[0]!.id}/invitations`;
  const { url } = (await (await ada.api(path, { method: "POST", body })).json()) as { url: string };
  const browser = new TestBrowser(server.url);
  await browser.fill(new URL(url).pathname + new URL(url).search, { name: "Lin", password });
  return browser;
}

const update = (browser: TestBrowser, userId: string, change: object) =>
  browser.api(`/api/admin/users/${userId}`, { method: "PATCH", body: JSON.stringify(change) });

test("whom the set-up link made is an administrator, who makes others and takes it back", async () => {
  expect(await meOf(ada)).toMatchObject({ isAdministrator: true });
  const lin = await join("lin@example.com");
  const { id, isAdministrator } = await meOf(lin);
  expect(isAdministrator).toBe(false);
  expect((await lin.api("/api/admin/users")).status).toBe(403);
  expect((await update(ada, id, { isAdministrator: true })).status).toBe(200);
  expect((await lin.api("/api/admin/users")).status).toBe(200);
  expect((await update(ada, id, { isAdministrator: false })).status).toBe(200);
  expect((await lin.api("/api/admin/users")).status).toBe(403);
  const found = await admin.adminListUsers({ query: { search: "LIN@" } });
  expect(found.items).toMatchObject([
    { id, email: "lin@example.com", organizations: [{ role: "developer" }] },
  ]);
  expect((await admin.adminListUsers({ query: { search: "%" } })).items).toEqual([]);
});

test("of two administrators who take it from each other at once one stays", async () => {
  const { id: adaId } = await meOf(ada);
  const answers = await Promise.all([
    update(ada, adminId, { isAdministrator: false }),
    admin.adminUpdateUser({ params: { userId: adaId }, body: { isAdministrator: false } }).then(
      () => ({ status: 200 }),
      ({ status }: { status: number }) => ({ status }),
    ),
  ]);
  expect(answers.map(({ status }) => status).toSorted()).toEqual([200, expect.toBeOneOf([403, 409])]);
  const left = await server.database.query<{ id: string }>("select user_id as id from administrators");
  expect(left.rows).toHaveLength(1);
  await server.database.query(
    "insert into administrators select id from users where email = $1 on conflict do nothing",
    ["ada@example.com"],
  );
  if ((await meOf(ada)).isAdministrator) await update(ada, adminId, { isAdministrator: true });
});

test("the last administrator stays, and nobody blocks themselves", async () => {
  const { id } = await meOf(ada);
  expect((await update(ada, id, { isBlocked: true })).status).toBe(409);
  await update(ada, adminId, { isAdministrator: false });
  expect((await update(ada, id, { isAdministrator: false })).status).toBe(409);
  await update(ada, adminId, { isAdministrator: true });
});

test("whoever is blocked is out everywhere at once, with the keys they made, and is told why at the next sign-in", async () => {
  const grace = await join("grace@example.com");
  const { id } = await meOf(grace);
  const { rows } = await server.database.query<{ id: string; organizationId: string }>(
    `select user_id as id, organization_id as "organizationId" from memberships join users on users.id = user_id
     where email = 'grace@example.com'`,
  );
  const [{ id: userId, organizationId } = { id: "", organizationId: "" }] = rows;
  const { key } = await createApiKey(server.database, {
    ...{ organizationId, name: "hers", role: "viewer" },
    createdBy: userId,
  });
  const device = await startDevice();
  await grace.fill(`/device?user_code=${device.user_code}`, { decision: "approve" });
  const shown = await admin.adminUpdateUser({ params: { userId: id }, body: { isBlocked: true } });
  expect(shown.blockedAt).toBeDefined();
  expect((await grace.api("/api/me")).status).toBe(401);
  await expect(server.client(key).whoAmI({})).rejects.toMatchObject({ code: "UNAUTHENTICATED" });
  // Approved before, and asked for only now.
  expect(await pollDevice(device)).toBe("access_denied");

  const signIn = (typed: string) =>
    new TestBrowser(server.url).api("/api/auth/sign-in", {
      method: "POST",
      body: JSON.stringify({ email: "grace@example.com", password: typed }),
    });
  expect(await (await signIn(password)).json()).toMatchObject({ error: { code: "ACCOUNT_BLOCKED" } });
  expect(await (await signIn("not her password")).json()).toMatchObject({ error: { code: "LOGIN_FAILED" } });
  const page = await new TestBrowser(server.url).fill("/login", { email: "grace@example.com", password });
  expect([page.status, await page.text()]).toEqual([
    403,
    expect.stringContaining("has blocked this account"),
  ]);

  await admin.adminUpdateUser({ params: { userId: id }, body: { isBlocked: false } });
  expect((await grace.api("/api/me")).status).toBe(401);
  expect((await signIn(password)).status).toBe(204);
  await expect(server.client(key).whoAmI({})).rejects.toMatchObject({ code: "UNAUTHENTICATED" });
});

async function post(path: string, fields: Record<string, string>): Promise<Record<string, string>> {
  const body = new URLSearchParams({ client_id: "floww-cli", ...fields });
  return (await (await fetch(server.url + path, { method: "POST", body })).json()) as Record<string, string>;
}

const startDevice = () => post("/oauth/device_authorization", {});

async function pollDevice({ device_code = "" }: Record<string, string>): Promise<string | undefined> {
  const grant_type = "urn:ietf:params:oauth:grant-type:device_code";
  return (await post("/oauth/token", { grant_type, device_code })).error;
}

test("a person of another server is not there", async () => {
  const userId = formatId("user", "018f0000-0000-7000-8000-000000000000");
  await expect(
    admin.adminUpdateUser({ params: { userId }, body: { isBlocked: true } }),
  ).rejects.toMatchObject({ code: "NOT_FOUND" });
});

test("what administrators do is in their log, and in no organization's", async () => {
  const { items } = await admin.adminListAudit({ query: { limit: 100 } });
  const actions = items.map(({ action, actor, subjects }) => [action, actor.name, subjects.isBlocked]);
  expect(actions).toContainEqual(["adminUpdateUser", expect.stringContaining("viewer"), "true"]);
  expect(items.map(({ action }) => action)).toContain("setUp");
  const { organizations } = await meOf(ada);
  const own = await ada.api(`/api/organizations/${organizations[0]!.id}/audit`);
  const { items: owns } = (await own.json()) as { items: { action: string }[] };
  expect(owns.filter(({ action }) => action.startsWith("admin"))).toEqual([]);
});

test("organizations and namespaces are listed in pages, with what they hold", async () => {
  await aMember(server);
  const first = await admin.adminListOrganizations({ query: { limit: 1 } });
  expect(first.items).toMatchObject([{ members: 1, namespaces: 1 }]);
  const rest = await admin.adminListOrganizations({ query: { cursor: first.nextCursor! } });
  expect(rest.items.map(({ name }) => name)).toContain("default");
  expect(rest.items.map(({ id }) => id)).not.toContain(first.items[0]!.id);
  const { items } = await admin.adminListNamespaces({ query: { search: "default" } });
  expect(items.at(-1)).toMatchObject({
    ...{ name: "default", organizationName: "default", workflows: 0, unfinished: 0 },
    ...{ ledgerBytes: 0, registryBytes: 0 },
  });
});

test("the state shows servers, runtimes, queue and jobs", async () => {
  const state = await admin.adminGetState({});
  expect(state.servers).toMatchObject([{ isAlive: true, running: 0 }]);
  expect(state.runtimes).toMatchObject([{ driver: "process", deployments: 0 }]);
  expect(state.queue).toEqual({ ready: 0, waiting: 0, running: 0 });
  expect(state.registry).toEqual({ bytes: 0, repositories: 0 });
  expect(state.jobs.map(({ name, failures }) => [name, failures])).toContainEqual(["renew-lease", 0]);
});

test("webhook requests whose key nobody has are counted by server, whatever their key, and kept nowhere else", async () => {
  const deliveries = async () => (await server.database.query("select from deliveries")).rowCount;
  const [before, kept] = [await unknownWebhooks(), await deliveries()];
  const keys = [
    "nobody",
    "dev_nobodyxxxxxxxxxxxxxxxxxx",
    "prv_nobodyxxxxxxxxxxxxxxxxxx",
    "",
    "x".repeat(2_000),
  ];
  for (const key of keys)
    expect((await fetch(`${server.url}/webhook/${key}/a`, { method: "POST", body: "b" })).status).toBe(404);
  while ((await unknownWebhooks()) < before + keys.length);
  expect(await unknownWebhooks()).toBe(before + keys.length);
  expect(await deliveries()).toBe(kept);
});

async function unknownWebhooks(): Promise<number> {
  return (await admin.adminGetState({})).servers[0]!.unknownWebhooks;
}

test.skipIf(!hasBubblewrap(process.env.PATH))(
  "[needs bubblewrap] a new organization has a namespace, and its owner an invitation",
  async () => {
    const body = { name: "Acme", ownerEmail: "Owner@acme.example" };
    const made = await admin.adminCreateOrganization({ body });
    expect(made).toMatchObject({ name: "Acme", members: 0, namespaces: 1 });
    const browser = new TestBrowser(server.url);
    const url = new URL(made.invitationUrl);
    await browser.fill(url.pathname + url.search, { name: "Olga", password });
    const me = await (await browser.api("/api/me")).json();
    expect(me).toMatchObject({ organizations: [{ name: "Acme", role: "owner" }], isAdministrator: false });
  },
);

test("where nothing but a seat belt keeps tenants apart there is no second organization", async () => {
  await using weak = await startTestServer({ environment: { FLOWW_ISOLATION: "permission" } });
  const { accessToken } = await anAdministrator(weak);
  const body = { name: "Acme", ownerEmail: "owner@acme.example" };
  const count = async () => (await weak.database.query("select from organizations")).rowCount;
  const before = await count();
  await expect(weak.client(accessToken).adminCreateOrganization({ body })).rejects.toMatchObject({
    code: "STATE_CONFLICT",
    fix: expect.stringContaining("bubblewrap"),
  });
  expect(await count()).toBe(before);
});

test("no role of an organization has it in it", () => {
  const all = Object.values(rolePermissions).flatMap((one) => [...one] as string[]);
  expect(all).not.toContain("administrator");
  expect(server.reported).toEqual([]);
});
