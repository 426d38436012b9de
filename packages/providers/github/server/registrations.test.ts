import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { VendorClient, VendorRequest } from "../../provider-server.ts";
import { githubServer } from "../server.ts";
import { type Emulator, startEmulator } from "./testing/start-emulator.ts";

const registrations = githubServer.registrations!;
const target = "octo/hello";
const wanted = { target, events: ["issues", "push"], url: "http://127.0.0.1:9/one", secret: "first" };

let emulator: Emulator;
let vendor: VendorClient;

beforeAll(async () => {
  emulator = await startEmulator();
  vendor = emulator.vendor("ghp_owner");
});
afterAll(() => emulator[Symbol.asyncDispose]());

/** A GitHub that answers every call like this. */
function answering(status: number, body: unknown, headers: Record<string, string> = {}): VendorClient {
  return { fields: {}, fetch: async () => Response.json(body, { status, headers }) };
}

async function hooks(): Promise<{ id: number; config: { url: string; content_type: string } }[]> {
  return (await vendor.fetch(`/repos/${target}/hooks`)).json();
}

test("a trigger wants its events at its repository, whatever the case of its name", () => {
  const wants = (type: string, input: object) =>
    registrations.wants({ type, input: { owner: "Octo", repository: "Hello", ...input } });
  expect(wants("onPush", { branch: "main" })).toEqual({ target, events: ["push"] });
  expect(wants("onIssue", {})).toEqual({ target, events: ["issues"] });
  expect(wants("onEvent", { events: ["watch", "gollum", "watch"] })).toEqual({
    target,
    events: ["gollum", "watch"],
  });
});

test("a webhook is created, found, changed and removed", async () => {
  const id = await registrations.create(vendor, wanted);
  expect(await registrations.find(vendor, id, target)).toEqual({
    url: wanted.url,
    events: ["issues", "push"],
    isActive: true,
  });
  expect((await hooks())[0]?.config.content_type).toBe("json");

  await registrations.update(vendor, id, { ...wanted, events: ["release"], url: "http://127.0.0.1:9/two" });
  expect(await registrations.find(vendor, id, target)).toEqual({
    url: "http://127.0.0.1:9/two",
    events: ["release"],
    isActive: true,
  });

  await registrations.remove(vendor, id, target);
  expect(await registrations.find(vendor, id, target)).toBeUndefined();
  await registrations.remove(vendor, id, target);
});

test("one with the same address is taken over, so that a repeated try makes no second", async () => {
  const first = await registrations.create(vendor, wanted);
  const again = await registrations.create(vendor, { ...wanted, events: ["push"] });
  expect(again).toBe(first);
  expect(await hooks()).toHaveLength(1);
  expect(await registrations.find(vendor, first, target)).toMatchObject({ events: ["push"] });
  await registrations.remove(vendor, first, target);
});

test("a webhook that somebody switched off at GitHub is found so, and switched on by an update", async () => {
  const id = await registrations.create(vendor, wanted);
  await vendor.fetch(`/repos/${target}/hooks/${id}`, { method: "PATCH", body: '{"active":false}' });
  expect(await registrations.find(vendor, id, target)).toMatchObject({ isActive: false });
  await registrations.update(vendor, id, wanted);
  expect(await registrations.find(vendor, id, target)).toMatchObject({ isActive: true });
  await registrations.remove(vendor, id, target);
});

test("what GitHub delivers to a created webhook is verified with its secret and no other", async () => {
  const arrived = Promise.withResolvers<VendorRequest>();
  const receiver = createServer(async (request, response) => {
    const body = Buffer.concat(await request.toArray());
    const headers = Object.entries(request.headers).map(([name, value]) => [name, String(value)] as const);
    response.end();
    if (request.headers["x-github-event"] === "issues")
      arrived.resolve({ method: "POST", headers, body, receivedAtMs: Date.now() });
  }).listen(0, "127.0.0.1");
  await once(receiver, "listening");
  const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`;
  const id = await registrations.create(vendor, { ...wanted, url, secret: "the secret" });
  await vendor.fetch(`/repos/${target}/issues`, { method: "POST", body: '{"title":"It is broken"}' });

  const request = await arrived.promise;
  const received = githubServer.receive(request, { fields: vendor.fields, registration: "the secret" });
  expect(received).toMatchObject({
    kind: "event",
    event: { name: "issues", body: { action: "opened", issue: { title: "It is broken" } } },
  });
  expect(githubServer.receive(request, { fields: vendor.fields, registration: "another" })).toMatchObject({
    kind: "refused",
  });
  if (received.kind !== "event") return;
  const input = { owner: "Octo", repository: "hello" };
  expect(githubServer.matches(received.event, { type: "onIssue", input })).toBe(true);
  expect(
    githubServer.matches(received.event, { type: "onIssue", input: { ...input, repository: "other" } }),
  ).toBe(false);
  receiver.close();
  await registrations.remove(vendor, id, target);
});

test("a token without rights gets GitHub's words and the right that is missing", async () => {
  for (const attempt of [
    () => registrations.create(emulator.vendor("ghp_stranger"), wanted),
    () => registrations.create(vendor, { ...wanted, target: "octo/nowhere" }),
  ]) {
    await expect(attempt()).rejects.toMatchObject({
      code: "REGISTRATION_FAILED",
      message: expect.stringMatching(/webhooks of octo\/\w+\. GitHub said: .+ \(status 40[34]\)/),
      fix: expect.stringContaining("admin:repo_hook"),
    });
  }
});

test("the scopes that a classic token has are named beside those that it lacks", async () => {
  const poor = answering(404, { message: "Not Found" }, { "x-oauth-scopes": "repo:status" });
  await expect(registrations.create(poor, wanted)).rejects.toMatchObject({
    fix: expect.stringContaining("has: repo:status."),
  });
});

test("a refusal that is not about rights says only what GitHub said, without control characters and not at length", async () => {
  const full = answering(422, {
    message: "Validation Failed\u001b[31m",
    errors: [{ message: 'The "push" event cannot have more than 20 hooks' }, "x".repeat(1000)],
  });
  const failed = await registrations.update(full, "1", wanted).catch((error: unknown) => error);
  expect(failed).toMatchObject({
    code: "REGISTRATION_FAILED",
    fix: expect.not.stringContaining("admin:repo_hook"),
  });
  expect((failed as Error).message).toContain(
    'Validation Failed [31m: The "push" event cannot have more than 20 hooks',
  );
  expect((failed as Error).message.length).toBeLessThan(500);

  const paused = answering(403, { message: "API rate limit exceeded" }, { "x-ratelimit-remaining": "0" });
  await expect(registrations.remove(paused, "1", target)).rejects.toMatchObject({
    fix: expect.not.stringContaining("fine-grained"),
  });
});

test("no answer of GitHub is taken for a webhook that it does not describe", async () => {
  for (const body of [null, "text", [], {}, { id: "1", config: {}, events: [] }]) {
    await expect(registrations.find(answering(200, body), "1", target)).rejects.toMatchObject({
      code: "REGISTRATION_FAILED",
    });
  }
});

test("the account is whose token it is", async () => {
  expect(await githubServer.identify(vendor)).toEqual({ account: "octo" });
  for (const status of [401, 403]) {
    const refused = githubServer.identify(answering(status, { message: "Bad credentials" }));
    await expect(refused).rejects.toMatchObject({
      code: "PROVIDER_CREDENTIAL_REFUSED",
      message: `GitHub said: Bad credentials (status ${status}).`,
    });
  }
  await expect(githubServer.identify(answering(200, { id: 1 }))).rejects.toMatchObject({
    code: "PROVIDER_UNREACHABLE",
  });
  await expect(githubServer.identify(answering(503, {}))).rejects.toMatchObject({
    code: "PROVIDER_UNREACHABLE",
  });
});
