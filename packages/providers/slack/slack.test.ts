import { bundleAbi } from "@floww/contract/abi";
import { assignHandlerIds } from "@floww/contract/handler-id";
import { answerCalls, resetAll } from "@floww/sdk/testing";
import { beforeEach, describe, expect, expectTypeOf, test } from "vitest";
import { Slack } from "./index.ts";
import { slackServer } from "./server.ts";

const slack = new Slack();
const second = new Slack({ credential: "second" });

const seen: unknown[] = [];
const written = slack.triggers.onMessage({
  channelId: "C1",
  handler: async (_ctx, event) => {
    expectTypeOf(event.body.event.text).toEqualTypeOf<string | undefined>();
    expectTypeOf(event.body.event.user).toEqualTypeOf<string>();
    const { channel, ts } = event.body.event;
    await slack.actions.addReaction({ channelId: channel, ts, reaction: "eyes" });
    seen.push([event.name, event.body.event.text, event.body.event_id, event.deliveryId]);
  },
});
const edited = slack.triggers.onMessage({
  channelId: "C1",
  subtypes: ["message_changed"],
  handler: (_ctx, { body }) => {
    if (body.event.subtype === "message_changed") seen.push(body.event.previous_message.ts);
  },
});
const mentioned = second.triggers.onMention({
  handler: (_ctx, event) => void seen.push(event.body.event.text),
});
const reacted = slack.triggers.onReaction({
  reaction: ":eyes:",
  userId: "U1",
  handler: (_ctx, event) => void seen.push(event.body.event.item.channel),
});
const deploy = slack.triggers.onSlashCommand({
  command: "deploy",
  handler: async (ctx, { body }) => {
    if (body.text === "later") await ctx.respond();
    if (body.text === "soon") await ctx.respond("on it");
    if (body.text === "object") return { response_type: "in_channel", text: body.user_name };
    return body.text === "" ? undefined : body.text;
  },
});
const submitted = slack.triggers.onInteraction({
  callbackId: "order",
  handler: (_ctx, { body }) => {
    if (body.type !== "view_submission") return;
    const amount = body.view.state.values.amount?.input?.value;
    return amount === "0" ? { response_action: "errors", errors: { amount: "At least one" } } : undefined;
  },
});
const pressed = slack.triggers.onInteraction({
  actionId: "approve",
  handler: (_ctx, { body }) =>
    body.type === "block_actions" ? { by: body.user.id, count: body.actions.length } : null,
});
const anyInteraction = slack.triggers.onInteraction({ handler: (_ctx, event) => void seen.push(event.name) });
const joined = slack.triggers.onEvent({
  type: "team_join",
  timeoutMs: 1_000,
  handler: (_ctx, event) => {
    expectTypeOf(event.body.event.user).toHaveProperty("id");
    seen.push(event.body.event.type);
  },
});
const unknown = slack.triggers.onEvent({
  type: "something_new",
  handler: (_ctx, event) => void seen.push(event.body.event.detail),
});

const { registrations, providers } = bundleAbi();

beforeEach(() => {
  resetAll();
  seen.length = 0;
});

describe("what is declared", () => {
  test("the connections, by their aliases", () => {
    expect(providers).toMatchObject([
      { type: "slack", alias: "default", source: { file: expect.stringContaining("slack.test.ts") } },
      { type: "slack", alias: "second" },
    ]);
  });

  test("the triggers, with readable ids, at the author's lines", () => {
    expect(assignHandlerIds(registrations).ids).toEqual([
      "slack.onMessage:channelId=C1",
      "slack.onMessage:channelId=C1 subtypes=message_changed",
      "slack.second.onMention:any",
      "slack.onReaction:userId=U1 reaction=eyes",
      "slack.onSlashCommand:/deploy",
      "slack.onInteraction:callbackId=order",
      "slack.onInteraction:actionId=approve",
      "slack.onInteraction:any",
      "slack.onEvent:team_join",
      "slack.onEvent:something_new",
    ]);
    const files = registrations.map(({ source }) => source?.file.endsWith("slack.test.ts"));
    expect(files).toEqual(registrations.map(() => true));
    expect(new Set(registrations.map(({ source }) => source?.line)).size).toBe(registrations.length);
  });

  test("what the server's schemas take, every trigger of it", () => {
    for (const { type, input } of registrations) {
      const { timeoutMs: _, ...filters } = input;
      expect(slackServer.triggers[type]!.input.parse(filters)).toEqual(filters);
    }
    expect(new Set(registrations.map(({ type }) => type))).toEqual(
      new Set(Object.keys(slackServer.triggers)),
    );
    expect(Object.keys(slack.triggers).sort()).toEqual(Object.keys(slackServer.triggers).sort());
    expect(registrations.find(({ type }) => type === "onEvent")?.input.timeoutMs).toBe(1_000);
  });

  test.each([
    ["onMessage", { channelId: "#general" }],
    ["onReaction", { userId: "ada" }],
    ["onSlashCommand", { command: "deploy" }],
    ["onSlashCommand", {}],
    ["onEvent", { type: "" }],
    ["onMention", { channelID: "C1" }],
  ])("the server refuses %s with %o", (type, input) => {
    expect(slackServer.triggers[type]!.input.safeParse(input).success).toBe(false);
  });
});

describe("events", () => {
  test("a message runs its handler, whose action is a spy", async () => {
    const result = await written.invoke({ body: { event: { text: "ship it" } }, deliveryId: "Ev9" });
    expect(result).toMatchObject({ success: true, response: { status: 204 } });
    expect(seen).toEqual([["message", "ship it", "Ev0123ABCD", "Ev9"]]);
    expect(slack.actions.addReaction.calls).toEqual([
      { channelId: "C1", ts: "1700000000.000100", reaction: "eyes" },
    ]);
  });

  test("filters hold in tests as they do on the server", async () => {
    const runs = [
      written.invoke({ body: { event: { channel: "C2" } } }),
      written.invoke({ body: { event: { bot_id: "B1" } } }),
      reacted.invoke({ body: { event: { reaction: "tada" } } }),
      reacted.invoke({ name: "reaction_removed" }),
      deploy.invoke({ body: { command: "/other" } }),
      pressed.invoke({
        body: { actions: [{ action_id: "refuse", type: "button", block_id: "b", action_ts: "1" }] },
      }),
      anyInteraction.invoke({
        body: { actions: [{ action_id: "floww.decline", type: "button", block_id: "b", action_ts: "1" }] },
      }),
    ];
    for (const result of await Promise.all(runs)) expect(result.error).toMatchObject({ code: "NOT_FOUND" });
    expect(seen).toEqual([]);
  });

  test("an edit that is listened for is typed as one", async () => {
    const before = { type: "message", ts: "1.1" } as const;
    await edited.invoke({
      body: { event: { subtype: "message_changed", message: { user: "U1" }, previous_message: before } },
    });
    expect(seen).toEqual(["1.1"]);
  });

  test("mentions, reactions and any other event", async () => {
    for (const trigger of [mentioned, reacted, joined]) expect((await trigger.invoke()).success).toBe(true);
    expect(seen).toEqual(["Hello", "C0123ABCD", "team_join"]);
    await unknown.invoke({ body: { event: { detail: 7 } } });
    expect(seen.at(-1)).toBe(7);
  });
});

describe("replies", () => {
  const answers = async (text: string) => (await deploy.invoke({ body: { text } })).response;

  test("a slash command's text becomes a message, an object goes as it is", async () => {
    expect(await answers("main")).toEqual({ status: 200, body: { text: "main" } });
    expect(await answers("object")).toEqual({
      status: 200,
      body: { response_type: "in_channel", text: "ada" },
    });
  });

  test("nothing is an empty 200, returned or responded", async () => {
    expect(await answers("")).toEqual({ status: 200, body: "" });
    expect(await answers("later")).toEqual({ status: 200, body: "" });
  });

  test("an early answer is a message too", async () => {
    expect(await answers("soon")).toEqual({ status: 200, body: { text: "on it" } });
  });

  test("a submitted modal is kept open with errors, and closed with nothing", async () => {
    const submit = async (value: string) =>
      (await submitted.invoke({ body: { view: { state: { values: { amount: { input: { value } } } } } } }))
        .response;
    expect(await submit("0")).toEqual({
      status: 200,
      body: { response_action: "errors", errors: { amount: "At least one" } },
    });
    expect(await submit("1")).toEqual({ status: 200, body: "" });
  });

  test("a pressed button", async () => {
    expect((await pressed.invoke()).response).toEqual({ status: 200, body: { by: "U0123ABCD", count: 1 } });
  });
});

describe("actions and client in tests", () => {
  test("an action answers what the test teaches it", async () => {
    slack.actions.sendMessage.returns({ ok: true, ts: "2.2" });
    expect(await slack.actions.sendMessage({ channelId: "C1", text: "hi" })).toEqual({ ok: true, ts: "2.2" });
    expect(slack.actions.sendMessage.calls).toEqual([{ channelId: "C1", text: "hi" }]);
    expect(Object.keys(slack.actions)).toEqual([
      "sendMessage",
      "updateMessage",
      "requestApproval",
      "deleteMessage",
      "addReaction",
      "removeReaction",
      "uploadFile",
      "listChannels",
      "getChannel",
      "createChannel",
      "listUsers",
      "getUser",
      "conversationHistory",
    ]);
  });

  test("the client is Slack's own, asks at Slack's address without a credential, and is answered by the test", async () => {
    answerCalls(second, async (request) => {
      expect(request.url).toBe("https://slack.com/api/pins.add");
      expect(request.headers.get("authorization")).toBeNull();
      return Response.json({ ok: true, sent: Object.fromEntries(await request.formData()) as object });
    });
    const answer = await second.client.pins.add({ channel: "C1", timestamp: "1.1" });
    expect(answer).toMatchObject({ ok: true, sent: { channel: "C1", timestamp: "1.1" } });
    await expect(slack.client.pins.list({ channel: "C1" })).rejects.toMatchObject({
      code: "PROVIDER_UNREACHABLE",
    });
  });
});
