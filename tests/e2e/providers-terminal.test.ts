import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Client, createClient } from "@floww/contract/api";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { eventually } from "./eventually.ts";
import { type Conversation, CTRL_C, converse, DOWN, ENTER } from "./pty.ts";
import { BOT_TOKEN, type StrictSlack, startStrictSlack } from "./strict-slack.ts";
import { startTestServer, type TestServer } from "./test-server.ts";
import { createProject, type WorkflowProject } from "./workflow-project.ts";

const PLAIN = `
import { Builtin, Slack } from "floww";
new Builtin().triggers.onWebhook({ path: "/code", method: "GET", handler: () => "plain" });
`;
const LISTENS = `${PLAIN.replace('"plain"', '"listens"')}
new Slack().triggers.onMessage({ channelId: "C0123ABCD", handler: (ctx, event) => event.body.event.text });
`;

describe("what the code uses is asked for at a terminal", () => {
  let server: TestServer;
  let slack: StrictSlack;
  let client: Client;
  let namespaceId: string;
  let project: WorkflowProject;
  beforeAll(async () => {
    slack = await startStrictSlack();
    server = await startTestServer({ env: { FLOWW_ALLOW_ADDRESSES: "127.0.0.1" } });
    const token = (await readFile(join(server.home, "owner.token"), "utf8")).trim();
    client = createClient({ serverUrl: server.url, token });
    namespaceId = (await client.whoAmI({})).namespaces[0]!.id;
    project = await createProject("chatty", LISTENS);
  });
  afterAll(async () => {
    await project[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
    await slack[Symbol.asyncDispose]();
  });
  afterEach(async () => {
    await deleteProviders();
    await project.write(LISTENS);
  });

  const run = (...args: string[]) => converse(args, { cwd: project.folder, home: server.home });
  const providers = async () => (await client.listProviders({ params: { namespaceId } })).items;

  function configure() {
    const fields = { bot_token: BOT_TOKEN, api_url: slack.apiUrl };
    return client.setProvider({ params: { namespaceId }, body: { type: "slack", alias: "default", fields } });
  }

  async function deleteProviders(): Promise<void> {
    for (const { id: providerId } of await providers())
      await client.deleteProvider({ params: { namespaceId, providerId }, query: { force: "true" } });
  }

  /** Through Slack's form, in the order of its fields. */
  async function fill(person: Conversation, { token, api }: { token: string; api: string }): Promise<void> {
    await person.sees("Workspace URL");
    person.types(ENTER);
    await person.sees("Bot token");
    person.types(token + ENTER);
    await person.sees("Signing secret");
    person.types(ENTER);
    await person.sees("API address");
    person.types(api + ENTER);
  }

  async function answerOf(person: Conversation): Promise<string> {
    const url = /http:\/\/\S+\/code/.exec(person.text())![0];
    return (await fetch(url)).text();
  }

  test("deploy asks for the provider, refuses a wrong token and asks again, then goes live", async () => {
    await using person = run("deploy", "--yes");
    await person.sees("The workflow uses slack, which is not configured in default.");
    await person.sees("Make an app at https://api.slack.com/apps");
    await fill(person, { token: "xoxb-wrong", api: slack.apiUrl });
    await person.sees("error: Slack does not accept the bot token: invalid_auth.");
    // The address stands there as it was typed.
    await fill(person, { token: BOT_TOKEN, api: "" });
    await person.sees("slack: helper in Acme, working");
    await person.sees("chatty version 1 is live");
    await person.sees("slack onMessage channelId=C0123ABCD");
    expect(await person.closed).toBe(0);
    expect(person.text()).not.toContain("xoxb-wrong");
    expect(person.text()).not.toContain(BOT_TOKEN);
    expect(await providers()).toMatchObject([{ fields: { api_url: slack.apiUrl }, usedBy: ["chatty"] }]);
  });

  test("deploy goes on by itself when somebody else configures the provider", async () => {
    await project.write(`${LISTENS}// once more`);
    await using person = run("deploy", "--yes");
    await person.sees("Workspace URL");
    await configure();
    await person.sees("has just configured slack: helper in Acme.");
    await person.sees("is live");
    expect(await person.closed).toBe(0);
  });

  test("who turns away from the question deploys nothing, and reads what to run", async () => {
    await using person = run("deploy", "--yes");
    await person.sees("Workspace URL");
    person.types(CTRL_C);
    await person.sees("error: The workflow uses a provider that is not configured in default: slack.");
    await person.sees("Run: floww providers set slack");
    expect(await person.closed).toBe(5);
    expect(await providers()).toEqual([]);
  });

  test("set at a terminal changes what is typed anew, and Enter keeps the rest", async () => {
    await configure();
    await using person = run("providers", "set", "slack");
    await person.sees("Workspace URL");
    person.types(`https://acme.slack.com${ENTER}`);
    await person.sees("Bot token (Enter keeps what is there)");
    person.types(ENTER);
    await person.sees("Signing secret");
    person.types(`shh${ENTER}`);
    await person.sees("API address");
    person.types(ENTER);
    await person.sees("Changed in default.");
    expect(await person.closed).toBe(0);
    expect(await providers()).toMatchObject([
      {
        fields: { api_url: slack.apiUrl, workspace_url: "https://acme.slack.com" },
        secretFields: ["bot_token", "signing_secret"],
      },
    ]);
  });

  test("manage goes through the form too, for a name of one's own", async () => {
    await using person = run("manage", "providers");
    await person.sees("Configure another account of Slack");
    person.types(`${DOWN}${ENTER}`);
    await person.sees("What is it called in code?");
    person.types(ENTER);
    await fill(person, { token: BOT_TOKEN, api: slack.apiUrl });
    await person.sees("slack: helper in Acme, working");
    expect(await person.closed).toBe(0);
  });

  test("dev asks before the session opens, and then runs", async () => {
    await using person = run("dev", "--yes");
    await fill(person, { token: "xoxb-wrong", api: slack.apiUrl });
    await person.sees("error: Slack does not accept the bot token");
    await fill(person, { token: BOT_TOKEN, api: "" });
    await person.sees("Events: slack onMessage channelId=C0123ABCD");
    await person.sees("Slack cannot reach this server");
    await person.sees("floww replay <id> --local");
    await person.sees("ready in");
    expect(await answerOf(person)).toBe("listens");
    person.types(CTRL_C);
    expect(await person.closed).toBe(0);
  });

  test("dev goes on by itself when somebody else configures the provider", async () => {
    await using person = run("dev", "--yes");
    await person.sees("Workspace URL");
    await configure();
    await person.sees("has just configured slack: helper in Acme.");
    await person.sees("ready in");
    expect(await answerOf(person)).toBe("listens");
  });

  test("a provider that goes away under dev is asked for while the last good code runs on", async () => {
    await configure();
    await using person = run("dev", "--yes");
    await person.sees("ready in");
    await project.write(LISTENS.replace('"listens"', '"saved"'));
    await person.sees("ready in");
    await deleteProviders();
    await person.sees("The workflow uses slack, which is not configured in default.");
    await person.sees("Workspace URL");
    expect(await answerOf(person)).toBe("saved");
    person.types(CTRL_C);
    await person.sees("the last good code goes on running");
    await configure();
    await person.sees("ready in");
  });

  test("a save that needs the provider no more takes the question away", async () => {
    await project.write(PLAIN);
    await using person = run("dev", "--yes");
    await person.sees("ready in");
    await project.write(LISTENS);
    await person.sees("Workspace URL");
    expect(await answerOf(person)).toBe("plain");
    await project.write(PLAIN.replace('"plain"', '"plainer"'));
    await person.sees("ready in");
    await eventually(async () => ((await answerOf(person)) === "plainer" ? true : undefined));
  });
});
