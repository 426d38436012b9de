import { formatId } from "@floww/contract/ids";
import { SignJWT } from "jose";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createApiKey } from "../../domain/identity/api-keys.ts";
import { RegistryTokens } from "../../domain/registry/registry-tokens.ts";
import { newUuid } from "../../platform/uuid-v7.ts";
import { keyRingOf } from "../../testing/home-keys.ts";
import { codeOf, digestOf, RegistryClient, withQuery } from "../../testing/registry-client.ts";
import { startTestServer, type TestServer } from "../../testing/running-server.ts";
import { aMember } from "../../testing/signed-in.ts";
import { aTenant, type Tenant } from "../../testing/tenants.ts";

let server: TestServer;
let tenant: Tenant;
let client: RegistryClient;
let repository: string;
let image: Awaited<ReturnType<RegistryClient["pushImage"]>>;
beforeAll(async () => {
  server = await startTestServer();
  tenant = await aTenant(server);
  client = new RegistryClient(server.url, tenant.key);
  repository = `${tenant.ids.namespace}/image`;
  image = await client.pushImage(repository, "v1");
});
afterAll(async () => {
  expect(server.reported).toEqual([]);
  await server[Symbol.asyncDispose]();
});

const none = digestOf("none");
/** Every endpoint, with something that is there. */
const requests = (): [string, string][] => [
  ["GET", ""],
  ["GET", `${repository}/blobs/${image.layer}`],
  ["HEAD", `${repository}/blobs/${image.layer}`],
  ["DELETE", `${repository}/blobs/${image.layer}`],
  ["POST", `${repository}/blobs/uploads/`],
  ["POST", `${repository}/blobs/uploads/?mount=${image.layer}`],
  ["GET", `${repository}/blobs/uploads/${newUuid()}`],
  ["PATCH", `${repository}/blobs/uploads/${newUuid()}`],
  ["PUT", `${repository}/blobs/uploads/${newUuid()}?digest=${none}`],
  ["DELETE", `${repository}/blobs/uploads/${newUuid()}`],
  ["GET", `${repository}/manifests/v1`],
  ["HEAD", `${repository}/manifests/v1`],
  ["PUT", `${repository}/manifests/v1`],
  ["DELETE", `${repository}/manifests/v1`],
  ["GET", `${repository}/tags/list`],
  ["GET", `${repository}/referrers/${none}`],
];

const ask = (method: string, path: string, headers: Record<string, string> = {}) =>
  fetch(`${server.url}/v2/${path}`, { method, headers });
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const basic = (password: string) => ({ authorization: `Basic ${btoa(`x:${password}`)}` });

/** The statuses of every endpoint, each once. */
async function statusesOf(headers: Record<string, string>): Promise<number[]> {
  const answers = await Promise.all(requests().map(([method, path]) => ask(method, path, headers)));
  return [...new Set(answers.map(({ status }) => status))].sort();
}

describe("without a token of the registry", () => {
  test("every endpoint is closed, and says where a token is had and for what", async () => {
    expect(await statusesOf({})).toEqual([401]);
    const answer = await ask("PUT", `${repository}/manifests/v1`);
    expect(answer.headers.get("www-authenticate")).toBe(
      `Bearer realm="${server.url}/v2/token",service="${new URL(server.url).host}",scope="repository:${repository}:pull,push"`,
    );
    expect(await codeOf(answer)).toBe("401 UNAUTHORIZED");
  });

  test("an API key, a sign-in and a password are good for the token endpoint and nothing else", async () => {
    for (const headers of [
      bearer(tenant.key),
      bearer(tenant.owner.accessToken),
      basic(tenant.key),
      basic(tenant.owner.accessToken),
    ])
      expect(await statusesOf(headers)).toEqual([401]);
    for (const password of [tenant.key, tenant.owner.accessToken])
      expect((await new RegistryClient(server.url, password).askForToken([])).status).toBe(200);
    for (const password of ["", "floww_sa_x", tenant.owner.refreshToken, `${tenant.key}x`]) {
      const refused = await new RegistryClient(server.url, password).askForToken([]);
      expect([refused.status, refused.headers.get("www-authenticate")]).toEqual([
        401,
        expect.stringMatching(/^Basic /),
      ]);
    }
    const byBearer = await ask("GET", "token", bearer(tenant.key));
    expect(byBearer.status).toBe(401);
  });

  test("there is no catalogue, for nobody", async () => {
    expect((await ask("GET", "_catalog")).status).toBe(401);
    const token = await client.token("registry:catalog:*");
    expect((await ask("GET", "_catalog", bearer(token))).status).toBe(404);
  });
});

describe("a token", () => {
  test("is for what it was asked for and no more", async () => {
    const pull = await client.token(`repository:${repository}:pull`);
    expect((await ask("GET", `${repository}/manifests/v1`, bearer(pull))).status).toBe(200);
    for (const [method, path] of [
      ["POST", `${repository}/blobs/uploads/`],
      ["DELETE", `${repository}/manifests/v1`],
      ["GET", `${repository}-other/tags/list`],
    ] as const) {
      const refused = await ask(method, path, bearer(pull));
      expect([refused.status, refused.headers.get("www-authenticate")]).toEqual([
        401,
        expect.stringContaining('error="insufficient_scope"'),
      ]);
    }
  });

  test("does not read another repository by mounting", async () => {
    const push = await client.token(`repository:${repository}-b:pull,push`);
    for (const from of [{ from: repository }, {}]) {
      const path = withQuery(`${repository}-b/blobs/uploads/`, { mount: image.layer, ...from });
      const refused = await ask("POST", path, bearer(push));
      expect([refused.status, refused.headers.get("www-authenticate")]).toEqual([
        401,
        expect.stringContaining(`repository:${repository}:pull"`),
      ]);
    }
  });

  test("that was forged, changed, or made for another purpose is none", async () => {
    const token = await client.token(`repository:${repository}:*`);
    const [head, body, signature] = token.split(".") as [string, string, string];
    const holder = { kind: "key", keyId: newUuid() };
    const access = [{ name: repository, actions: ["pull", "push", "delete"] }];
    const keys = await keyRingOf(server);
    const claims = (key: Uint8Array, audience: string) =>
      new SignJWT({ holder, access })
        .setProtectedHeader({ alg: "HS256" })
        .setAudience(audience)
        .setExpirationTime("5m")
        .sign(key);
    const plain = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
    const past = Date.now() - 5 * 60_000 - 1_000;
    const forged = [
      `${plain({ alg: "none" })}.${body}.`,
      `${plain({ alg: "none" })}.${body}.${signature}`,
      `${head}.${plain({ holder, access, exp: 9e9, aud: "floww-registry" })}.${signature}`,
      `${head}.${body}.${signature.slice(0, -2)}AA`,
      await claims(new Uint8Array(32), "floww-registry"),
      await claims(keys.deriveKey("wait-links"), "floww-registry"),
      await claims(keys.deriveKey("registry-tokens"), "floww-realtime"),
      await new RegistryTokens(keys.deriveKey("registry-tokens"), { now: () => past }).issue({
        holder: { kind: "key", keyId: tenant.ids.apiKey },
        access: [],
      }),
    ];
    for (const one of forged) expect([one, await statusesOf(bearer(one))]).toEqual([one, [401]]);
  });

  test("opens nothing but the registry", async () => {
    const token = await client.token(`repository:${repository}:*`);
    for (const path of [
      "/api/me",
      `/api/namespaces/${tenant.ids.namespace}/workflows`,
      `/api/organizations/${tenant.ids.organization}`,
    ])
      expect([path, (await fetch(server.url + path, { headers: bearer(token) })).status]).toEqual([
        path,
        401,
      ]);
    expect((await new RegistryClient(server.url, token).askForToken([])).status).toBe(401);
  });

  test("does not let a viewer push, and says so", async () => {
    const { accessToken } = await aMember(server, { organizationId: tenant.organizationId, role: "viewer" });
    const viewer = new RegistryClient(server.url, accessToken);
    expect((await viewer.send(`${repository}/manifests/v1`)).status).toBe(200);
    const token = await viewer.token(`repository:${repository}:pull,push,delete`);
    for (const [method, path] of [
      ["POST", `${repository}/blobs/uploads/`],
      ["PUT", `${repository}/manifests/v2`],
      ["DELETE", `${repository}/manifests/v1`],
      ["DELETE", `${repository}/blobs/${image.layer}`],
    ] as const)
      expect([path, await codeOf(await ask(method, path, bearer(token)))]).toEqual([path, "403 DENIED"]);
  });

  test("shows a stranger the same as a namespace that is not there", async () => {
    const stranger = await aTenant(server);
    const other = new RegistryClient(server.url, stranger.key);
    const missing = formatId("namespace", newUuid());
    for (const [method, path] of requests().slice(1)) {
      const elsewhere = path.replace(tenant.ids.namespace, missing);
      const token = await other.token(
        ...[path, elsewhere].map(
          (one) => `repository:${one.replace(/\/(blobs|manifests|tags|referrers)\/.*$/, "")}:*`,
        ),
      );
      const read = async (answer: Response) => [answer.status, await answer.text()];
      const real = await read(await ask(method, path, bearer(token)));
      expect([path, real[0]]).toEqual([path, 404]);
      expect(real).toEqual(await read(await ask(method, elsewhere, bearer(token))));
    }
    // Into its own namespace from the victim's: as if it were not there.
    const mount = withQuery(`${stranger.ids.namespace}/a/blobs/uploads/`, { mount: image.layer });
    for (const from of ["", `&from=${repository}`, "&from=../x"])
      expect((await other.send(mount + from, { method: "POST" })).status).toBe(202);
  });
});

describe("a right that ends", () => {
  async function aKey() {
    const made = await createApiKey(server.database, {
      organizationId: tenant.organizationId,
      name: "ci",
      role: "developer",
    });
    const token = await new RegistryClient(server.url, made.key).token(`repository:${repository}:*`);
    return { id: made.row.id, headers: bearer(token) };
  }

  test("ends its tokens at once: a revoked key", async () => {
    const { id, headers } = await aKey();
    expect((await ask("POST", `${repository}/blobs/uploads/`, headers)).status).toBe(202);
    await server.database.query("update api_keys set revoked_at = now() where id = $1", [id]);
    expect(await statusesOf(headers)).toEqual([401]);
  });

  test("ends its tokens at once: a session that was signed out, a member who was removed", async () => {
    for (const end of [
      "update cli_sessions set revoked_at = now() where user_id = $1",
      "delete from memberships where user_id = $1",
    ]) {
      const member = await aMember(server, { organizationId: tenant.organizationId, role: "developer" });
      const token = await new RegistryClient(server.url, member.accessToken).token(
        `repository:${repository}:*`,
      );
      expect((await ask("GET", `${repository}/tags/list`, bearer(token))).status).toBe(200);
      await server.database.query(end, [member.userId]);
      const [, ...inRepository] = requests();
      const answers = await Promise.all(
        inRepository.map(([method, path]) => ask(method, path, bearer(token))),
      );
      expect(answers.every(({ status }) => status === 401 || status === 404)).toBe(true);
    }
  });

  test("while the bytes are on their way, keeps them from counting", async () => {
    const { id, headers } = await aKey();
    const begun = await ask("POST", `${repository}/blobs/uploads/`, headers);
    const content = "pushed by whoever lost the right";
    let send: ReadableStreamDefaultController<Uint8Array> | undefined;
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        send = controller;
        controller.enqueue(Buffer.from(content.slice(0, 5)));
      },
    });
    const location = begun.headers.get("location") ?? "";
    const put = fetch(server.url + withQuery(location, { digest: digestOf(content) }), {
      method: "PUT",
      headers,
      body,
      duplex: "half",
    } as RequestInit);
    await bytesReceived(server, 5);
    await server.database.query("update api_keys set revoked_at = now() where id = $1", [id]);
    send?.enqueue(Buffer.from(content.slice(5)));
    send?.close();
    expect((await put).status).toBe(401);
    const missing = await client.send(`${repository}/blobs/${digestOf(content)}`);
    expect(missing.status).toBe(404);
  });
});

/** Until so many bytes of an upload lie on the disk. */
async function bytesReceived({ home }: TestServer, bytes: number): Promise<void> {
  const { readdir, stat } = await import("node:fs/promises");
  const uploads = `${home}/registry/${(await readdir(`${home}/registry`))[0]}/uploads`;
  const { setTimeout: sleep } = await import("node:timers/promises");
  for (const until = Date.now() + 20_000; Date.now() < until; await sleep(10)) {
    for (const name of await readdir(uploads)) if ((await stat(`${uploads}/${name}`)).size >= bytes) return;
  }
  throw new RangeError("The bytes did not arrive.");
}

test("a hundred wrong passwords in a minute are enough", async () => {
  const wrong = new RegistryClient(server.url, "floww_sa_wrong");
  const statuses = await Promise.all(
    Array.from({ length: 101 }, async () => (await wrong.askForToken([])).status),
  );
  expect(statuses.filter((status) => status === 429).length).toBeGreaterThan(0);
});
