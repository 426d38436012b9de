import { request as httpRequest } from "node:http";
import type { Route } from "@floww/contract/api";
import { formatId } from "@floww/contract/ids";
import { limits } from "@floww/contract/limits";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ServerContext } from "../context.ts";
import { createApiKey } from "../domain/identity/api-keys.ts";
import { createIdentity } from "../domain/identity/identity.ts";
import { readAddressList } from "../platform/address-list.ts";
import { anAdministrator } from "../testing/administrators.ts";
import { TestBrowser } from "../testing/browser.ts";
import {
  contractRoutes,
  findHoles,
  initOf,
  type Nobody,
  type Probe,
  peopleRoutes,
  probesOfForeigner,
  probesOfNobodies,
  probesOfViewer,
  requestOf,
} from "../testing/probe-routes.ts";
import { RegistryClient } from "../testing/registry-client.ts";
import { startTestServer, type TestServer } from "../testing/running-server.ts";
import { pathParams, sampleBody } from "../testing/sample-requests.ts";
import { aMember, setUpOwner } from "../testing/signed-in.ts";
import { aRun, aTenant, type Tenant } from "../testing/tenants.ts";
import { createApi } from "./api.ts";
import { type Authorize, authorize } from "./authorize.ts";

let server: TestServer;
let victim: Tenant;
let foreigner: Tenant;
let viewerToken: string;
let administratorToken: string;
let nobodies: Nobody[];
beforeAll(async () => {
  server = await startTestServer();
  // The link is for a server without people: first of all.
  const browser = await setUpOwner(server);
  victim = await aTenant(server);
  foreigner = await aTenant(server);
  const { organizationId } = victim;
  viewerToken = (await aMember(server, { organizationId, role: "viewer" })).accessToken;
  administratorToken = (await anAdministrator(server)).accessToken;
  nobodies = await makeNobodies(browser);
});
afterAll(() => server[Symbol.asyncDispose]());

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const send = (probe: Probe) => fetch(server.url + probe.path, initOf(probe));
const asOwner = () => bearer(victim.owner.accessToken);
/** Whom a route lets in, for what is refused of a request of theirs. */
const asAllowed = ({ permission }: Route) =>
  permission === "administrator" ? bearer(administratorToken) : asOwner();

async function makeNobodies(browser: TestBrowser): Promise<Nobody[]> {
  const { database } = server;
  const { organizationId } = victim;
  const revoked = await createApiKey(database, { organizationId, name: "revoked", role: "owner" });
  const expired = await createApiKey(database, { organizationId, name: "expired", role: "owner" });
  await database.query("update api_keys set revoked_at = now() where id = $1", [revoked.row.id]);
  await database.query("update api_keys set expires_at = now() where id = $1", [expired.row.id]);
  const [ended, late] = [
    await aMember(server, { organizationId }),
    await aMember(server, { organizationId }),
  ];
  await database.query("update cli_sessions set revoked_at = now() where user_id = $1", [ended.userId]);
  await database.query(
    `update cli_tokens set expires_at = now()
     where session_id in (select id from cli_sessions where user_id = $1)`,
    [late.userId],
  );
  const removed = await aMember(server, { organizationId, role: "admin" });
  const params = {
    organizationId: formatId("organization", organizationId),
    userId: formatId("user", removed.userId),
  };
  await server.client(victim.owner.accessToken).removeMember({ params });
  await database.query("update sessions set expires_at = now()");
  return [
    { who: "anonymous", headers: {} },
    { who: "registry token", headers: bearer(await registryToken()) },
    { who: "garbage token", headers: bearer("floww_at_garbage") },
    { who: "garbage header", headers: { authorization: "Basic b3duZXI6b3duZXI=" } },
    { who: "garbage cookie", headers: { cookie: "floww.session=x.y", origin: server.url } },
    { who: "revoked key", headers: bearer(revoked.key) },
    { who: "expired key", headers: bearer(expired.key) },
    { who: "ended session", headers: bearer(ended.accessToken) },
    { who: "expired token", headers: bearer(late.accessToken) },
    { who: "refresh token", headers: bearer(victim.owner.refreshToken) },
    { who: "removed member", headers: bearer(removed.accessToken) },
    { who: "a run", headers: bearer((await aRun(server, foreigner)).token) },
    {
      who: "expired cookie",
      headers: { cookie: `floww.session=${browser.cookies.get("floww.session")}`, origin: server.url },
    },
  ];
}

/** Good for the victim's images, and for nothing else. */
function registryToken(): Promise<string> {
  const client = new RegistryClient(server.url, victim.key);
  return client.token(`repository:${victim.ids.namespace}/image:pull,push,delete`);
}

describe("every route of the contract", () => {
  test("is closed to whoever is not signed in (any more)", async () => {
    expect(await findHoles(probesOfNobodies(nobodies, victim), send)).toEqual([]);
  });

  test("is closed to another organization's owner, by every id of its path and body", async () => {
    expect(await findHoles(probesOfForeigner(foreigner, victim), send)).toEqual([]);
  });

  test("is closed to a role that does not reach", async () => {
    expect(await findHoles(probesOfViewer(viewerToken, victim), send)).toEqual([]);
  });

  test("names an organization or a namespace when it needs a permission, and neither when it needs none", () => {
    for (const { name, route } of contractRoutes) {
      const isScoped = /:(namespaceId|organizationId)\b/.test(route.path);
      const needsPermission = !["public", "signed-in", "run", "administrator"].includes(route.permission);
      expect([name, isScoped]).toEqual([name, needsPermission]);
    }
  });

  test("that is an administrator's is open to none but persons who are one, owners and their keys included", async () => {
    const routes = contractRoutes.filter(({ route }) => route.permission === "administrator");
    expect(routes.map(({ route }) => route.path.startsWith("/api/admin/"))).toEqual(routes.map(() => true));
    expect(contractRoutes.filter(({ route }) => route.path.startsWith("/api/admin/"))).toEqual(routes);
    const others: Nobody[] = [
      { who: "viewer", headers: bearer(viewerToken) },
      { who: "owner", headers: asOwner() },
      { who: "owner's key", headers: bearer(victim.key) },
      { who: "machine owner's key", headers: bearer(server.ownerToken) },
    ];
    const probes = routes.flatMap((one) =>
      others.map(({ who, headers }) => ({
        what: `${who}: ${one.name}`,
        allowed: [403],
        ...requestOf(one, { params: () => victim, body: sampleBody(one.name, victim), headers }),
      })),
    );
    expect(await findHoles(probes, send)).toEqual([]);
    // And to them it is: the probes above ask for what there is.
    const reading = routes.filter(({ route }) => route.method === "GET");
    const answers = await Promise.all(
      reading.map(({ route }) => fetch(server.url + route.path, { headers: bearer(administratorToken) })),
    );
    expect(answers.map(({ status }) => status)).toEqual(reading.map(() => 200));
  });

  test("refuses a page of another origin, a form and text/plain", async () => {
    const changing = contractRoutes.filter(({ route }) => route.method !== "GET");
    const probes = changing.flatMap((one) => {
      const request = requestOf(one, {
        params: () => victim,
        body: sampleBody(one.name, victim),
        headers: asAllowed(one.route),
      });
      const typed = (type: string) => ({ ...request.headers, "content-type": type });
      const withBody = { ...request, body: request.body ?? {} };
      const origin = {
        what: `foreign origin: ${one.name}`,
        allowed: [403],
        ...request,
        headers: { ...request.headers, origin: "https://evil.example" },
      };
      if (one.route.body === "bytes") return [origin];
      const types = [
        "application/x-www-form-urlencoded",
        "multipart/form-data",
        "text/plain",
        "application/jsonp",
      ];
      const forms = types.map((type) => ({
        what: `${type}: ${one.name}`,
        allowed: [400],
        ...withBody,
        headers: typed(type),
      }));
      return [origin, ...forms];
    });
    expect(await findHoles(probes, send)).toEqual([]);
  });

  test("refuses ids that are not ids", async () => {
    const strange = ["__proto__", "constructor", "..", "%00", "' or 1=1 --", "x".repeat(5_000)];
    const probes = peopleRoutes.flatMap((one) =>
      pathParams(one.route, victim)
        .filter(({ kind }) => kind !== undefined)
        .flatMap(({ name, kind }) =>
          strange.map((id) => ({
            what: `${one.name} with :${name} = ${id.slice(0, 20)}`,
            allowed: [400, 404],
            ...requestOf(one, {
              params: (param) =>
                param.name === name && kind !== undefined
                  ? { ...victim, ids: { ...victim.ids, [kind]: id } }
                  : victim,
              body: sampleBody(one.name, victim),
              headers: asAllowed(one.route),
            }),
          })),
        ),
    );
    // `..` is resolved by whoever sends it; as %2e%2e it arrives.
    const arriving = probes.map((probe) => ({ ...probe, path: probe.path.replace("/../", "/%2e%2e%2f/") }));
    expect(await findHoles(arriving, send)).toEqual([]);
  });

  test("refuses page sizes and cursors that are none", async () => {
    const values = [
      "limit=1e9",
      "limit=-1",
      "limit=0",
      "limit=NaN",
      "limit=1.5",
      "limit=",
      "cursor=__proto__",
      "cursor=../x",
    ];
    const listing = contractRoutes.filter(({ route }) => route.query?.shape.limit !== undefined);
    expect(listing.length).toBeGreaterThan(3);
    const probes = listing.flatMap((one) => {
      const request = requestOf(one, {
        params: () => victim,
        body: undefined,
        headers: asAllowed(one.route),
      });
      return values.map((value) => ({
        what: `${one.name}?${value}`,
        allowed: [400],
        ...request,
        path: `${request.path}?${value}`,
      }));
    });
    expect(await findHoles(probes, send)).toEqual([]);
  });

  test("refuses fields that its body does not have", async () => {
    const extra = { namespaceId: victim.ids.namespace, isAdmin: true, status: "completed", constructor: 1 };
    const probes = contractRoutes.flatMap((one) => {
      const body = sampleBody(one.name, victim);
      if (one.route.body === undefined || one.route.body === "bytes") return [];
      return Object.entries(extra).map(([field, value]) => ({
        what: `${one.name} with ${field}`,
        allowed: [400],
        ...requestOf(one, {
          params: () => victim,
          body: { [field]: value, ...(body as object), [`x${field}`]: value },
          headers: asAllowed(one.route),
        }),
      }));
    });
    expect(await findHoles(probes, send)).toEqual([]);
  });

  test("refuses a body over its limit as soon as it is announced", async () => {
    for (const one of peopleRoutes.filter(({ route }) => route.body !== undefined)) {
      const request = requestOf(one, { params: () => victim, body: {}, headers: asAllowed(one.route) });
      const status = await announce(request, limits.apiBodyBytesMax + 1);
      expect([one.name, status]).toEqual([one.name, 413]);
    }
  });

  test("refuses a body over its limit that was not announced", async () => {
    const chunk = new Uint8Array(1024 * 1024).fill(0x20);
    let sent = 0;
    const stream = new ReadableStream({
      pull: (controller) => {
        sent += 1;
        if (sent > 64) controller.close();
        else controller.enqueue(chunk);
      },
    });
    const answer = await fetch(`${server.url}/api/namespaces/${victim.ids.namespace}/workflows`, {
      method: "POST",
      headers: { ...asOwner(), "content-type": "application/json" },
      body: stream,
      duplex: "half",
    } as RequestInit).catch((error: unknown) => error);
    // The answer comes while the rest is still on its way; a client that goes on writing may lose it.
    if (answer instanceof Response) expect(answer.status).toBe(413);
    expect(sent).toBeLessThan(64);
  });
});

/** Sends the head of a request with a length, and none of its body. */
function announce({ method, path, headers }: ReturnType<typeof requestOf>, bytes: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const sending = httpRequest(server.url + path, {
      method,
      headers: { ...headers, "content-length": bytes },
    });
    sending.on("response", ({ statusCode }) => {
      resolve(statusCode ?? 0);
      sending.destroy();
    });
    sending.on("error", reject);
    sending.flushHeaders();
  });
}

test("every path answers 405 with Allow to every method that it does not have", async () => {
  const methods = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND"];
  const paths = new Map<string, string[]>([
    ["/login", ["GET", "HEAD", "POST"]],
    ["/setup", ["GET", "HEAD", "POST"]],
    ["/device", ["GET", "HEAD", "POST"]],
    ["/invite", ["GET", "HEAD", "POST"]],
    ["/login/passkey", ["GET", "HEAD", "POST"]],
    ["/oauth/device_authorization", ["POST"]],
    ["/oauth/token", ["POST"]],
    ["/oauth/revoke", ["POST"]],
  ]);
  for (const one of contractRoutes) {
    const { path } = requestOf(one, { params: () => victim, body: undefined, headers: {} });
    const bare = path.split("?", 1)[0]!;
    paths.set(bare, [...(paths.get(bare) ?? []), one.route.method]);
  }
  for (const [path, allowed] of paths) {
    for (const method of methods.filter((one) => !allowed.includes(one))) {
      const answer = await fetch(server.url + path, { method, headers: asOwner(), redirect: "manual" });
      await answer.body?.cancel();
      expect([method, path, answer.status, answer.headers.get("allow")]).toEqual([
        method,
        path,
        405,
        allowed.join(", "),
      ]);
    }
  }
});

describe("the probes above notice a broken authorizer", () => {
  /** The API in this process with another authorizer; only reading routes are asked. */
  function sendTo(broken: Authorize) {
    const { database } = server;
    const keys = { deriveKey: () => Buffer.alloc(32, 1) };
    const publicUrl = () => new URL(server.url);
    const context = {
      database,
      publicUrl,
      identity: createIdentity({ database, keys, publicUrl, report: () => undefined }),
      trustedProxies: readAddressList("FLOWW_TRUSTED_PROXIES", []),
      webhookUrl: () => server.url,
      report: () => undefined,
    } as unknown as ServerContext; // what the reading routes of these rooms use
    const app = createApi(context, { authorizeWith: broken });
    return async (probe: Probe) => app.fetch(new Request(server.url + probe.path, initOf(probe)));
  }

  const reading = (probes: Probe[]) => probes.filter(({ method }) => method === "GET");

  test("one that lets strangers in", async () => {
    const broken: Authorize = async (database, { principal, ...request }) => {
      const { organizationId } = victim;
      const owner = { organizationId, role: "owner" as const };
      const stranger = {
        kind: "user" as const,
        id: victim.owner.userId,
        name: "",
        email: "x@example.com",
        isAdministrator: false,
      };
      const someone = principal ?? {
        ...stranger,
        memberships: [owner],
        credential: { kind: "key" as const },
      };
      return authorize(database, { ...request, principal: someone });
    };
    const holes = await findHoles(reading(probesOfNobodies(nobodies, victim)), sendTo(broken));
    expect(holes).toContain("anonymous: listMembers: 200");
    expect(holes).toContain("revoked key: listWorkflows: 200");
  });

  test("one that does not compare the organization", async () => {
    const broken: Authorize = async (database, request) => {
      const memberships = [{ organizationId: victim.organizationId, role: "owner" as const }];
      const { principal } = request;
      return authorize(database, {
        ...request,
        principal: principal === undefined ? undefined : { ...principal, memberships },
      });
    };
    const holes = await findHoles(reading(probesOfForeigner(foreigner, victim)), sendTo(broken));
    expect(holes).toContain("foreigner: listApiKeys with a foreign :organizationId: 200");
    expect(holes).toContain("foreigner: getWorkflow with foreign ids only: 200");
  });

  test("one that does not ask for the permission", async () => {
    const broken: Authorize = (database, request) =>
      authorize(database, { ...request, route: { ...request.route, permission: "signed-in" } });
    const holes = await findHoles(reading(probesOfViewer(viewerToken, victim)), sendTo(broken));
    expect(holes).toContain("viewer: listAudit: 200");
    expect(holes).toContain("viewer: listApiKeys: 200");
    expect(holes).toContain("viewer: adminListUsers: 200");
  });
});

test("a webhook's page cannot use the session of whoever opens it", async () => {
  // Its answers run in an origin of their own, which a browser calls `null`.
  const browser = new TestBrowser(server.url);
  const answer = await browser.api("/api/auth/sign-out", { method: "POST", headers: { origin: "null" } });
  expect(answer.status).toBe(403);
});

test("nothing that went wrong here was the server's fault", () => {
  expect(server.reported).toEqual([]);
});
