import { bundleAbi } from "@floww/contract/abi";
import { resetAll } from "@floww/sdk/testing";
import type { EmitterWebhookEvent } from "@octokit/webhooks";
import { beforeEach, expect, expectTypeOf, test } from "vitest";
import type { ActionOf, EventName, Payload } from "./events.ts";
import { GitHub } from "./index.ts";
import type { TRIGGER_EVENTS } from "./matches.ts";
import { githubServer } from "./server.ts";

const github = new GitHub();
const place = { owner: "Octo", repository: "hello" };

beforeEach(() => resetAll());

function lastRegistration() {
  return bundleAbi().registrations.at(-1)!;
}

test("the provider is declared with its alias, once", () => {
  const before = bundleAbi().providers.length;
  expect(new GitHub("work").connection).toEqual({ type: "github", alias: "work" });
  expect(new GitHub({ credential: "work" }).connection).toEqual({ type: "github", alias: "work" });
  expect(
    bundleAbi()
      .providers.slice(before)
      .map(({ alias }) => alias),
  ).toEqual(["work"]);
  expect(bundleAbi().providers.at(-1)?.source?.file).toContain("triggers.test.ts");
});

test("every trigger that the server knows can be declared, and its input is one that the server takes", () => {
  for (const [type, { input }] of Object.entries(githubServer.triggers)) {
    const declare = github.triggers[type as keyof typeof github.triggers] as (given: object) => unknown;
    declare({ ...place, ...(type === "onEvent" ? { events: ["watch"] } : {}), handler: () => {} });
    const { timeoutMs: _, ...filters } = lastRegistration().input;
    expect(lastRegistration()).toMatchObject({ type, provider: github.connection });
    expect(input.parse(filters), type).toEqual(filters);
  }
  expect(Object.keys(github.triggers)).toEqual(Object.keys(githubServer.triggers));
});

test("a handler's key is its filters, however they are written, and names the author's line", () => {
  const handler = () => {};
  github.triggers.onIssue({ ...place, actions: ["opened", "closed", "opened"], handler });
  const first = lastRegistration();
  expect(first).toMatchObject({
    key: "octo/hello actions=closed,opened",
    input: { owner: "Octo", repository: "hello", actions: ["closed", "opened"] },
  });
  expect(first.source?.file).toContain("triggers.test.ts");
  github.triggers.onIssue({ owner: "octo", repository: "HELLO", actions: ["closed", "opened"], handler });
  expect(lastRegistration().key).toBe(first.key);
  github.triggers.onPush({ ...place, branch: "main", id: "mine", timeoutMs: 1000, handler });
  expect(lastRegistration()).toMatchObject({
    id: "mine",
    key: "octo/hello branch=main",
    input: { branch: "main", timeoutMs: 1000 },
  });
  github.triggers.onPush({ ...place, handler });
  expect(lastRegistration().key).toBe("octo/hello");
  github.triggers.onEvent({ ...place, events: ["watch", "gollum"], handler });
  expect(lastRegistration().key).toBe("octo/hello events=gollum,watch");
});

test("a test invokes a handler with as much of an event as it cares about", async () => {
  const opened = github.triggers.onIssue({
    ...place,
    actions: ["opened"],
    handler: (_ctx, event) => ({
      title: event.body.issue.title,
      where: event.body.repository.full_name,
      ...{ name: event.name, action: event.body.action, id: event.deliveryId },
    }),
  });
  const result = await opened.invoke({ body: { issue: { title: "It is broken" } } });
  expect(result).toMatchObject({
    success: true,
    response: {
      body: {
        title: "It is broken",
        where: "Octo/hello",
        name: "issues",
        action: "opened",
        id: "test-delivery",
      },
    },
  });
});

test("filters are honoured: a handler does not run for what GitHub's event would not pass", async () => {
  const handler = () => "ran";
  const ran = { success: true, response: { body: "ran" } };
  const push = github.triggers.onPush({ ...place, branch: "release/*", handler });
  expect(await push.invoke()).toMatchObject(ran);
  expect(await push.invoke({ body: { ref: "refs/heads/release/2" } })).toMatchObject(ran);
  expect(await push.invoke({ body: { ref: "refs/heads/main" } })).toMatchObject({ success: false });
  expect(await push.invoke({ body: { ref: "refs/tags/release/2" } })).toMatchObject({ success: false });
  expect(await push.invoke({ body: { repository: { full_name: "octo/other" } } })).toMatchObject({
    success: false,
  });

  const closed = github.triggers.onPullRequest({ ...place, actions: ["closed"], handler });
  expect(await closed.invoke()).toMatchObject(ran);
  // The types know that this handler gets no other; the wire does not.
  expect(await closed.invoke({ body: { action: "opened" as "closed" } })).toMatchObject({ success: false });

  const any = github.triggers.onEvent({ ...place, events: ["watch", "gollum"], handler });
  expect(await any.invoke()).toMatchObject(ran);
  expect(await any.invoke({ name: "watch" })).toMatchObject(ran);
  expect(await any.invoke({ name: "push" })).toMatchObject({ success: false });
});

test("a payload that GitHub sent as a form is read as the JSON that it holds", async () => {
  const watch = github.triggers.onEvent({
    ...place,
    events: ["watch"],
    handler: (_ctx, event) => event.body.action,
  });
  const rawBody = new TextEncoder().encode(`payload=${encodeURIComponent('{"action":"started"}')}`);
  const headers = { "content-type": "application/x-www-form-urlencoded" };
  expect((await watch.invoke({ rawBody, headers })).response?.body).toBe("started");
});

test("payloads have the types that GitHub's own library gives them", () => {
  expectTypeOf<{ [Name in EventName]: Payload<Name> }>().toEqualTypeOf<{
    [Name in EventName]: EmitterWebhookEvent<Name>["payload"];
  }>();
  expectTypeOf<ActionOf<"star">>().toEqualTypeOf<"created" | "deleted">();
  expectTypeOf<ActionOf<"pull_request_review">>().toEqualTypeOf<"dismissed" | "edited" | "submitted">();
  expectTypeOf<ActionOf<"check_run">>().toEqualTypeOf<
    "completed" | "created" | "requested_action" | "rerequested"
  >();
  github.triggers.onRelease({
    ...place,
    actions: ["published"],
    handler: (_ctx, event) => expectTypeOf(event.body.action).toEqualTypeOf<"published">(),
  });
  github.triggers.onEvent({
    ...place,
    events: ["push", "watch", "not_known_yet"],
    handler: (_ctx, event) => {
      if (event.name === "push") expectTypeOf(event.body).toEqualTypeOf<Payload<"push">>();
      if (event.name === "not_known_yet") expectTypeOf(event.body).toEqualTypeOf<Record<string, unknown>>();
    },
  });
  github.triggers.onRelease({
    ...place,
    actions: ["published"],
    batch: { size: 10, maxWait: "1m" },
    handler: (_ctx, events) =>
      events.map((event) => expectTypeOf(event.body.action).toEqualTypeOf<"published">()),
  });
  // @ts-expect-error there is no such action
  github.triggers.onStar({ ...place, actions: ["stolen"], handler: () => {} });
  expectTypeOf<(typeof TRIGGER_EVENTS)[keyof typeof TRIGGER_EVENTS]>().toExtend<EventName>();
});
