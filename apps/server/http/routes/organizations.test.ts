import { formatId } from "@floww/contract/ids";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { TestBrowser } from "../../testing/browser.ts";
import { aWorkflow } from "../../testing/builders.ts";
import { startTestServer, type TestServer } from "../../testing/running-server.ts";
import { aMember, password, setUpOwner, type TestMember } from "../../testing/signed-in.ts";

let server: TestServer;
let organizationId: string;
let params: { organizationId: string };
let owner: TestMember;
let admin: TestMember;
beforeAll(async () => {
  server = await startTestServer();
  await setUpOwner(server);
  const made = await aMember(server);
  ({ organizationId } = made);
  owner = made;
  admin = await aMember(server, { organizationId, role: "admin" });
  params = { organizationId: formatId("organization", organizationId) };
});
afterAll(() => server[Symbol.asyncDispose]());

const as = ({ accessToken }: TestMember) => server.client(accessToken);
const memberParams = ({ userId }: TestMember) => ({ ...params, userId: formatId("user", userId) });
const coded = (code: string) => expect.objectContaining({ code });

describe("roles", () => {
  test("an admin cannot make, change or remove an owner, nor make one by an invitation or a key", async () => {
    const client = as(admin);
    const attempts = [
      client.changeMemberRole({ params: memberParams(admin), body: { role: "owner" } }),
      client.changeMemberRole({ params: memberParams(owner), body: { role: "viewer" } }),
      client.removeMember({ params: memberParams(owner) }),
      client.createInvitation({ params, body: { email: "eve@example.com", role: "owner" } }),
      client.createApiKey({ params, body: { name: "eve", role: "owner" } }),
    ];
    for (const ended of await Promise.allSettled(attempts))
      expect(ended).toMatchObject({ status: "rejected", reason: { code: "FORBIDDEN" } });
  });

  test("an owner says how much is kept, an admin only reads it, and the namespace still can be deleted", async () => {
    const made = await as(owner).createNamespace({ params, body: { name: "kept" } });
    const namespaceId = made.id;
    const standard = { days: 30, bytesMax: 10 * 1024 ** 3, usedBytes: 0 };
    expect(await as(admin).getRetention({ params: { namespaceId } })).toEqual(standard);
    const body = { days: 7, bytesMax: 1024 ** 3 };
    const refused = as(admin).setRetention({ params: { namespaceId }, body });
    await expect(refused).rejects.toEqual(coded("FORBIDDEN"));
    expect(await as(owner).setRetention({ params: { namespaceId }, body })).toEqual({
      ...body,
      usedBytes: 0,
    });
    expect(await as(admin).getRetention({ params: { namespaceId } })).toEqual({ ...body, usedBytes: 0 });
    await as(owner).deleteNamespace({ params: { namespaceId } });
  });

  test("the last owner stays an owner and stays", async () => {
    const client = as(owner);
    const demote = client.changeMemberRole({ params: memberParams(owner), body: { role: "admin" } });
    await expect(demote).rejects.toEqual(coded("STATE_CONFLICT"));
    await expect(client.removeMember({ params: memberParams(owner) })).rejects.toEqual(
      coded("STATE_CONFLICT"),
    );
  });

  test("of two owners who remove each other at once, one stays", async () => {
    const one = await aMember(server);
    const two = await aMember(server, { organizationId: one.organizationId });
    const organization = formatId("organization", one.organizationId);
    const remove = (by: TestMember, whom: TestMember) =>
      as(by).removeMember({
        params: { organizationId: organization, userId: formatId("user", whom.userId) },
      });
    const ended = await Promise.allSettled([remove(one, two), remove(two, one)]);
    expect(ended.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  });

  test("a new role holds from the next request on", async () => {
    const member = await aMember(server, { organizationId, role: "viewer" });
    const listKeys = () => as(member).listApiKeys({ params });
    await expect(listKeys()).rejects.toEqual(coded("FORBIDDEN"));
    await as(owner).changeMemberRole({ params: memberParams(member), body: { role: "admin" } });
    expect(await listKeys()).toHaveProperty("items");
  });
});

describe("a member who is removed", () => {
  test("loses sessions, tokens and the keys they made at once", async () => {
    const member = await aMember(server, { organizationId, role: "admin" });
    const { key } = await as(member).createApiKey({ params, body: { name: "theirs", role: "developer" } });
    const made = await as(member).createApiKey({ params, body: { name: "maker", role: "admin" } });
    const { key: second } = await server
      .client(made.key)
      .createApiKey({ params, body: { name: "made-with-a-key", role: "admin" } });
    await as(owner).removeMember({ params: memberParams(member) });
    for (const token of [member.accessToken, key, made.key, second])
      await expect(server.client(token).whoAmI({})).rejects.toEqual(coded("UNAUTHENTICATED"));
  });

  test("keeps what they have elsewhere", async () => {
    const member = await aMember(server, { organizationId, role: "viewer" });
    const elsewhere = await aMember(server);
    await server.database.query(
      "insert into memberships (organization_id, user_id, role) values ($1, $2, 'viewer')",
      [elsewhere.organizationId, member.userId],
    );
    await as(owner).removeMember({ params: memberParams(member) });
    const { organizations } = await as(member).whoAmI({});
    expect(organizations.map(({ id }) => id)).toEqual([formatId("organization", elsewhere.organizationId)]);
    await expect(as(member).getOrganization({ params })).rejects.toEqual(coded("NOT_FOUND"));
  });
});

describe("invitations", () => {
  const pathOf = (url: string) => new URL(url).pathname + new URL(url).search;

  test("the link makes an account and a member, once", async () => {
    const email = "grace@example.com";
    const { url } = await as(admin).createInvitation({ params, body: { email, role: "developer" } });
    const browser = new TestBrowser(server.url);
    const answer = await browser.fill(pathOf(url), { name: "Grace", email: "eve@example.com", password });
    expect([answer.status, answer.headers.get("location")]).toEqual([303, "/"]);
    const { items } = await as(owner).listMembers({ params });
    expect(items).toContainEqual(expect.objectContaining({ name: "Grace", email, role: "developer" }));
    expect((await new TestBrowser(server.url).get(pathOf(url))).status).toBe(403);
  });

  test("somebody with an account joins with it, and nobody else by their link", async () => {
    const { url } = await as(admin).createInvitation({
      params,
      body: { email: "ada@example.com", role: "viewer" },
    });
    const token = new URL(url).searchParams.get("token") ?? "";
    await expect(as(admin).acceptInvitation({ body: { token } })).rejects.toEqual(
      coded("INVITATION_INVALID"),
    );
    const ada = new TestBrowser(server.url);
    const asked = await ada.get(pathOf(url));
    expect(asked.headers.get("location")).toBe(`/login?next=${encodeURIComponent(pathOf(url))}`);
    await ada.fill("/login", { email: "ada@example.com", password });
    expect((await ada.fill(pathOf(url), {})).headers.get("location")).toBe("/");
    const me = (await (await ada.api("/api/me")).json()) as { organizations: { id: string }[] };
    expect(me.organizations.map(({ id }) => id)).toContain(params.organizationId);
  });

  test.each(["revoked", "old", "replaced"])("one that is %s opens nothing", async (how) => {
    const body = { email: `${how}@example.com`, role: "viewer" } as const;
    const { id, url } = await as(admin).createInvitation({ params, body });
    if (how === "revoked") await as(admin).revokeInvitation({ params: { ...params, invitationId: id } });
    if (how === "replaced") await as(admin).createInvitation({ params, body });
    if (how === "old")
      await server.database.query("update invitations set expires_at = now() where email = $1", [body.email]);
    expect((await new TestBrowser(server.url).get(pathOf(url))).status).toBe(403);
    const { items } = await as(admin).listInvitations({ params });
    expect(items.map((one) => one.id)).not.toContain(id);
  });
});

test("a key works with its role until it is revoked, and is shown once", async () => {
  const { id, key } = await as(admin).createApiKey({ params, body: { name: "ci", role: "developer" } });
  expect(key).toMatch(/^floww_sa_/);
  expect(await server.client(key).whoAmI({})).toMatchObject({ kind: "key", name: "ci" });
  await expect(server.client(key).listApiKeys({ params })).rejects.toEqual(coded("FORBIDDEN"));
  expect(JSON.stringify(await as(admin).listApiKeys({ params }))).not.toContain(key);
  await as(admin).revokeApiKey({ params: { ...params, keyId: id } });
  await expect(server.client(key).whoAmI({})).rejects.toEqual(coded("UNAUTHENTICATED"));
});

test("namespaces are made, renamed and deleted while they are empty", async () => {
  const client = as(admin);
  const staging = await client.createNamespace({ params, body: { name: "staging" } });
  await expect(client.createNamespace({ params, body: { name: "staging" } })).rejects.toEqual(
    coded("NAME_TAKEN"),
  );
  const path = { namespaceId: staging.id };
  const rename = (name: string) => client.renameNamespace({ params: path, body: { name } });
  await expect(rename("default")).rejects.toEqual(coded("NAME_TAKEN"));
  expect(await rename("production")).toMatchObject({ id: staging.id, name: "production" });
  await client.deleteNamespace({ params: path });
  const { items } = await client.listNamespaces({ params });
  expect(items.map(({ name }) => name)).toEqual(["default"]);
  const { id } = await client.createWorkflow({ params: { namespaceId: items[0]!.id }, body: { name: "w" } });
  expect(id).toMatch(/^wf_/);
  await expect(client.deleteNamespace({ params: { namespaceId: items[0]!.id } })).rejects.toEqual(
    coded("STATE_CONFLICT"),
  );
});

test("a person sees and ends their own sessions, and the present one is marked", async () => {
  const member = await aMember(server, { organizationId });
  const { items } = await as(member).listSessions({});
  expect(items).toEqual([expect.objectContaining({ kind: "cli", isCurrent: true, address: "127.0.0.1" })]);
  await as(member).revokeSession({ params: { sessionId: items[0]!.id } });
  await expect(as(member).whoAmI({})).rejects.toEqual(coded("UNAUTHENTICATED"));
});

test("the audit log says who did what from where, once each, and never what was sent", async () => {
  const made = await aMember(server);
  const organization = { organizationId: formatId("organization", made.organizationId) };
  const { key, id } = await as(made).createApiKey({
    params: organization,
    body: { name: "logged", role: "viewer" },
  });
  const invited = await as(made).createInvitation({
    params: organization,
    body: { email: "private@example.com", role: "viewer" },
  });
  await as(made)
    .createNamespace({ params: organization, body: { name: "../bad" } })
    .catch(() => undefined);
  const workflow = await aWorkflow(server.database);
  await as(made)
    .deleteWorkflow({
      params: {
        namespaceId: formatId("namespace", workflow.namespaceId),
        workflowId: formatId("workflow", workflow.id),
      },
    })
    .catch(() => undefined);
  const { items } = await as(made).listAudit({ params: organization });
  expect(items.map(({ action }) => action)).toEqual(["createInvitation", "createApiKey"]);
  expect(items[1]).toMatchObject({
    actor: { kind: "user", id: formatId("user", made.userId) },
    subjects: { ...organization, id },
    address: "127.0.0.1",
  });
  const text = JSON.stringify(items);
  for (const secret of [key, "private@example.com", new URL(invited.url).searchParams.get("token") ?? ""])
    expect(text).not.toContain(secret);
  await expect(as(admin).listAudit({ params })).rejects.toEqual(coded("FORBIDDEN"));
});

test("nothing that went wrong here was the server's fault", () => {
  expect(server.reported).toEqual([]);
});
