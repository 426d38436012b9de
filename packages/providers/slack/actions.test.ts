import { FlowwError } from "@floww/contract/errors";
import { WebAPIPlatformError, WebAPIRateLimitedError } from "@slack/web-api";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Slack } from "./index.ts";
import { lendGateway, sendAuthorized } from "./server/testing/lend-gateway.ts";
import { type Emulator, startEmulator } from "./server/testing/start-emulator.ts";
import { slackServer } from "./server.ts";

const slack = new Slack();

describe("on Slack's client", () => {
  const sent: [method: string, args: Record<string, string>][] = [];
  let answer: () => Response | Promise<Response> = () => Response.json({ ok: true });

  beforeAll(() =>
    lendGateway(async (request) => {
      sent.push([request.url, Object.fromEntries(new URLSearchParams(await request.text()))]);
      return answer();
    }),
  );

  const { actions } = slack;
  const message = { channelId: "C1", ts: "1.1" };
  const blocks = [{ type: "section", text: { type: "mrkdwn", text: "*hi*" } } as const];
  const button = (actionId: string, text: string, style: string) => ({
    type: "button",
    action_id: actionId,
    text: { type: "plain_text", text },
    style,
    value: "token-1",
  });
  const approvalBlocks = [
    { type: "section", text: { type: "plain_text", text: "Ship <b> & go?", emoji: false } },
    { type: "section", text: { type: "mrkdwn", text: "*42* parcels" } },
    {
      type: "input",
      block_id: "floww.comment",
      optional: true,
      label: { type: "plain_text", text: "Comment" },
      element: { type: "plain_text_input", action_id: "floww.comment", max_length: 2_000 },
    },
    {
      type: "actions",
      block_id: "floww.block.buttons",
      elements: [button("floww.approve", "Approve", "primary"), button("floww.decline", "Decline", "danger")],
    },
    {
      type: "context",
      block_id: "floww.block.page",
      elements: [
        {
          type: "mrkdwn",
          text: "<https://floww.test/approvals?token=token-1|Decide in the browser>",
        },
      ],
    },
  ];
  const calls: [call: () => Promise<unknown>, method: string, args: Record<string, string>][] = [
    [
      () =>
        actions.sendMessage({ channelId: "C1", text: "hi", blocks, threadTs: "1.0", replyBroadcast: true }),
      "chat.postMessage",
      {
        channel: "C1",
        text: "hi",
        blocks: JSON.stringify(blocks),
        thread_ts: "1.0",
        reply_broadcast: "true",
      },
    ],
    [
      () =>
        actions.sendMessage({
          channelId: "C1",
          markdownText: "**hi**",
          unfurlLinks: false,
          iconEmoji: ":robot_face:",
          metadata: { event_type: "deployed", event_payload: { exitCode: 0 } },
        }),
      "chat.postMessage",
      {
        channel: "C1",
        markdown_text: "**hi**",
        unfurl_links: "false",
        icon_emoji: ":robot_face:",
        metadata: '{"event_type":"deployed","event_payload":{"exitCode":0}}',
      },
    ],
    [
      () => actions.updateMessage({ ...message, text: "ho", linkNames: true }),
      "chat.update",
      { channel: "C1", ts: "1.1", text: "ho", link_names: "true" },
    ],
    [
      () =>
        actions.requestApproval({
          channelId: "C1",
          threadTs: "1.0",
          title: "Ship <b> & go?",
          url: "https://floww.test/approvals?token=token-1",
          text: "*42* parcels",
          withComment: true,
        }),
      "chat.postMessage",
      {
        channel: "C1",
        thread_ts: "1.0",
        text: "Ship &lt;b&gt; &amp; go?",
        blocks: JSON.stringify(approvalBlocks),
        unfurl_links: "false",
        unfurl_media: "false",
      },
    ],
    [() => actions.deleteMessage(message), "chat.delete", { channel: "C1", ts: "1.1" }],
    [
      () => actions.addReaction({ ...message, reaction: ":eyes:" }),
      "reactions.add",
      { channel: "C1", timestamp: "1.1", name: "eyes" },
    ],
    [
      () => actions.removeReaction({ ...message, reaction: "thumbsup::skin-tone-3" }),
      "reactions.remove",
      { channel: "C1", timestamp: "1.1", name: "thumbsup::skin-tone-3" },
    ],
    [
      () =>
        actions.listChannels({
          types: ["public_channel", "im"],
          excludeArchived: true,
          limit: 5,
          cursor: "c",
        }),
      "conversations.list",
      { types: "public_channel,im", exclude_archived: "true", limit: "5", cursor: "c" },
    ],
    [() => actions.listChannels({}), "conversations.list", {}],
    [
      () => actions.getChannel({ channelId: "C1", includeNumMembers: true }),
      "conversations.info",
      { channel: "C1", include_num_members: "true" },
    ],
    [
      () => actions.createChannel({ name: "new", isPrivate: true }),
      "conversations.create",
      { name: "new", is_private: "true" },
    ],
    [
      () => actions.listUsers({ limit: 2, includeLocale: true }),
      "users.list",
      { limit: "2", include_locale: "true" },
    ],
    [() => actions.getUser({ userId: "U1" }), "users.info", { user: "U1" }],
    [
      () => actions.conversationHistory({ channelId: "C1", oldest: "1.0", inclusive: true, limit: 10 }),
      "conversations.history",
      { channel: "C1", oldest: "1.0", inclusive: "true", limit: "10" },
    ],
  ];

  const byMethod = calls.map(([call, method, args]) => ({ call, method, args }));
  test.each(byMethod)("$method is called with Slack's arguments $args", async ({ call, method, args }) => {
    sent.length = 0;
    answer = () => Response.json({ ok: true });
    expect(await call()).toMatchObject({ ok: true });
    expect(sent).toEqual([[`https://slack.com/api/${method}`, args]]);
  });

  test("an address that is not an approval's is refused, and nothing is sent", async () => {
    sent.length = 0;
    const asked = actions.requestApproval({
      channelId: "C1",
      title: "Ship?",
      url: "https://floww.test/callbacks/x",
    });
    await expect(asked).rejects.toMatchObject({ code: "INPUT_INVALID" });
    expect(sent).toEqual([]);
  });

  test("a refusal is Slack's own error and names method, reason, scope and the author's line", async () => {
    answer = () =>
      Response.json({ ok: false, error: "missing_scope", needed: "chat:write", provided: "users:read" });
    const error = await actions.sendMessage({ channelId: "C1", text: "hi" }).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(WebAPIPlatformError);
    expect(error).toMatchObject({
      message:
        "Slack refused chat.postMessage: missing_scope. The bot token needs the scope chat:write and has users:read. " +
        "Add it under OAuth & Permissions, install the app again, and configure the provider with the new token.",
      data: { error: "missing_scope" },
      stack: expect.stringMatching(
        /^WebAPIPlatformError: Slack refused chat\.postMessage[\s\S]+actions\.test\.ts/,
      ),
    });
  });

  const refusals: [answer: () => Response, message: string][] = [
    [
      () =>
        Response.json({
          ok: false,
          error: "invalid_arguments",
          response_metadata: { messages: ["[ERROR] no"] },
        }),
      "Slack refused pins.list: invalid_arguments. [ERROR] no",
    ],
    [
      () => Response.json({ ok: false, error: "not_in_channel" }),
      "Slack refused pins.list: not_in_channel. Invite the bot to the channel: /invite @<its name>.",
    ],
    [() => new Response("no", { status: 503 }), "Slack answered pins.list with status 503."],
    [
      () => new Response("", { status: 429, headers: { "retry-after": "30" } }),
      "Slack limits pins.list: try again in 30 s.",
    ],
  ];
  test.each(refusals)(
    "%#: what Slack said is readable through the client too, after one call, and leads to the author's line",
    async (said, message) => {
      sent.length = 0;
      answer = said;
      const error = {
        message,
        stack: expect.stringMatching(/^[^\n]+\n(?! +at .*client\.ts)[\s\S]+actions\.test\.ts/),
      };
      await expect(slack.client.pins.list({ channel: "C1" })).rejects.toMatchObject(error);
      expect(sent).toHaveLength(1);
    },
  );

  test("a file goes to where Slack keeps files, an address that the credential may be sent to", async () => {
    sent.length = 0;
    const upload = "https://files.slack.com/upload/v1/abc";
    answer = () =>
      sent.length === 2
        ? new Response("OK - 2")
        : Response.json({ ok: true, upload_url: upload, file_id: "F1" });
    await actions.uploadFile({
      content: "hi",
      filename: "a.py",
      snippetType: "python",
      threadTs: "1.0",
      channelId: "C1",
    });
    expect(sent).toEqual([
      [
        "https://slack.com/api/files.getUploadURLExternal",
        { filename: "a.py", length: "2", snippet_type: "python" },
      ],
      [upload, expect.anything()],
      [
        "https://slack.com/api/files.completeUploadExternal",
        { files: '[{"id":"F1","title":"a.py"}]', channel_id: "C1", thread_ts: "1.0" },
      ],
    ]);
    expect(slackServer.origins({})).toContain(new URL(upload).origin);
  });

  test("the client does not wait for a rate limit: that is the gateway's", async () => {
    answer = () => new Response("", { status: 429, headers: { "retry-after": "3600" } });
    await expect(actions.listUsers({})).rejects.toBeInstanceOf(WebAPIRateLimitedError);
  });

  test("an error of the gateway stays what it is", async () => {
    answer = () => {
      throw new FlowwError("PROVIDER_UNDECLARED", "slack is not declared");
    };
    await expect(actions.listUsers({})).rejects.toMatchObject({
      name: "FlowwError",
      code: "PROVIDER_UNDECLARED",
      message: "slack is not declared",
    });
  });
});

describe("at the emulator, through the gateway's way", () => {
  let emulator: Emulator;
  let channelId: string;
  const use = (token: string) => lendGateway((request) => sendAuthorized(emulator.fields(token), request));

  beforeAll(async () => {
    emulator = await startEmulator();
    use("xoxb-helper");
    const { channels = [] } = await slack.actions.listChannels({});
    channelId = channels.find(({ name }) => name === "lobby")!.id!;
  });
  afterAll(() => emulator[Symbol.asyncDispose]());

  test("the set-up knows whose token it is", async () => {
    const fields = emulator.fields("xoxb-helper");
    const call = (path: string, init?: object) =>
      sendAuthorized(fields, new Request(`${slackServer.canonicalBase}${path}`, init));
    expect(await slackServer.identify({ fields, fetch: call })).toEqual({ account: "helper in Acme" });
  });

  test("a message is sent, changed, answered, reacted to, read and deleted", async () => {
    const { actions } = slack;
    const { ts } = await actions.sendMessage({ channelId, text: "Hello" });
    const message = { channelId, ts: ts! };
    await actions.updateMessage({ ...message, text: "Hello, Ada" });
    await actions.sendMessage({ channelId, text: "An answer", threadTs: ts! });
    await actions.addReaction({ ...message, reaction: ":eyes:" });
    const read = async () => {
      const { messages = [] } = await actions.conversationHistory({
        channelId,
        oldest: ts!,
        inclusive: true,
      });
      return messages.find((one) => one.ts === ts);
    };
    expect(await read()).toMatchObject({
      text: "Hello, Ada",
      reply_count: 1,
      reactions: [{ name: "eyes", count: 1 }],
    });
    await actions.removeReaction({ ...message, reaction: "eyes" });
    expect((await read())?.reactions ?? []).toEqual([]);
    await actions.deleteMessage(message);
    expect(await read()).toBeUndefined();
  });

  test("a channel is made and found", async () => {
    const { channel } = await slack.actions.createChannel({ name: "releases" });
    expect(await slack.actions.getChannel({ channelId: channel!.id! })).toMatchObject({
      ok: true,
      channel: { name: "releases", is_archived: false },
    });
  });

  test("people are listed, page by page, and one is found", async () => {
    const { members = [], response_metadata: metadata } = await slack.actions.listUsers({ limit: 1 });
    expect(members).toHaveLength(1);
    expect(metadata?.next_cursor).toBeTruthy();
    const all = await slack.actions.listUsers({});
    const ada = all.members!.find(({ name }) => name === "ada")!;
    expect((await slack.actions.getUser({ userId: ada.id! })).user).toMatchObject({
      name: "ada",
      real_name: "Ada",
    });
  });

  test.each([
    ["text", "a,b\n1,2\n"],
    ["bytes", new Uint8Array([0, 255, 10, 13, 128])],
    ["a view into other bytes", new Uint8Array([9, 1, 2, 9]).subarray(1, 3)],
  ])("a file of %s is uploaded as it is, to the address that Slack names", async (_what, content) => {
    const given = { channelId, content, filename: "report.csv", title: "Report", initialComment: "Here" };
    const { files = [] } = await slack.actions.uploadFile(given);
    expect(files).toMatchObject([{ name: "report.csv", title: "Report" }]);
    const download = new Request(files[0]!.url_private!);
    const stored = await (await sendAuthorized(emulator.fields("xoxb-helper"), download)).arrayBuffer();
    expect(Buffer.from(stored)).toEqual(Buffer.from(content as Uint8Array));
  });

  test("a token without the scope is refused with the scope's name", async () => {
    use("xoxb-reader");
    try {
      await expect(slack.actions.sendMessage({ channelId, text: "no" })).rejects.toThrow(
        /^Slack refused chat\.postMessage: missing_scope\. The bot token needs the scope chat:write and has channels:read\./,
      );
    } finally {
      use("xoxb-helper");
    }
  });
});
