import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Client, createClient } from "@floww/contract/api";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { buildCli, type CliEnd, mask, runCli } from "./cli-runner.ts";
import { eventually } from "./eventually.ts";
import { BOT_TOKEN, type StrictSlack, startStrictSlack } from "./strict-slack.ts";
import { startTestServer, type TestServer } from "./test-server.ts";
import { createProject, type WorkflowProject } from "./workflow-project.ts";

const SOURCE = `
import { Builtin, Slack } from "floww";
new Builtin().triggers.onManual({ name: "version", handler: () => "first" });
new Slack("team").triggers.onMessage({ channelId: "C0123ABCD", handler: (ctx, event) => event.body.event.text });
`;

describe("providers, with nobody at the keyboard", () => {
  let server: TestServer;
  let slack: StrictSlack;
  let built: Awaited<ReturnType<typeof buildCli>>;
  let client: Client;
  let namespaceId: string;
  let project: WorkflowProject;
  beforeAll(async () => {
    [slack, built] = await Promise.all([startStrictSlack(), buildCli()]);
    server = await startTestServer({ env: { FLOWW_ALLOW_ADDRESSES: "127.0.0.1" } });
    const token = (await readFile(join(server.home, "owner.token"), "utf8")).trim();
    client = createClient({ serverUrl: server.url, token });
    namespaceId = (await client.whoAmI({})).namespaces[0]!.id;
    project = await createProject("chatty", SOURCE);
  });
  afterAll(async () => {
    await project[Symbol.asyncDispose]();
    await built[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
    await slack[Symbol.asyncDispose]();
  });

  const cli = async (args: string, input = "") =>
    shown(await runCli(built.file, args.split(" "), { home: server.home, cwd: project.folder, input }));
  const shown = ({ stdout, stderr, exitCode }: CliEnd) =>
    mask(`${stdout}--\n${stderr}-> ${exitCode}`, { project: project.folder });
  const providers = async () => (await client.listProviders({ params: { namespaceId } })).items;
  const secrets = JSON.stringify({ bot_token: BOT_TOKEN });

  test("nothing is configured at first", async () => {
    expect(await cli("providers list")).toMatchInlineSnapshot(`
      "--
      No provider is configured in default yet. \`floww providers types\` lists what can be.
      -> 0"
    `);
  });

  test("deploy names what is missing, and how to configure it", async () => {
    expect(await cli("deploy --yes")).toMatchInlineSnapshot(`
      "--
      error: The workflow uses a provider that is not configured in default: slack (team).
      Run: floww providers set slack --alias team
      -> 5"
    `);
    expect((await client.listDeployments({ params: await workflow(), query: {} })).items).toEqual([]);
  });

  test("so does a plan, and dev", async () => {
    expect(await cli("deploy --plan")).toMatchInlineSnapshot(`
      "+ code, N kB, as the first version
      + manual version
      + slack (team) onMessage channelId=C0123ABCD
      ! provider slack (team) is not configured: floww providers set slack --alias team
      --
      + created, ~ changed, - removed, = as it is. Nothing was changed; \`floww deploy\` does it.
      -> 0"
    `);
    expect(await cli("dev")).toMatchInlineSnapshot(`
      "--
      error: The workflow uses a provider that is not configured in default: slack (team).
      Run: floww providers set slack --alias team
      -> 5"
    `);
  });

  test("a secret as an argument is refused, and repeated nowhere", async () => {
    const end = await cli(`providers set slack --field bot_token=${BOT_TOKEN}`);
    expect(end).toMatchInlineSnapshot(`
      "--
      error: bot_token is a secret, and a secret is never an argument.
      Leave it out to be asked for it, or pipe it: \`floww providers set slack < secrets.json\`, with {"bot_token": "…"} in the file. If it was a real one, make a new one: it is in your shell's history.
      -> 2"
    `);
    expect(end).not.toContain(BOT_TOKEN);
    expect(await cli(`providers set slack --field ${BOT_TOKEN}`)).toMatchInlineSnapshot(`
      "--
      error: --field needs a name and a value.
      Like this: --field workspace_url=value.
      -> 2"
    `);
    expect(await cli("providers set slack", BOT_TOKEN)).toMatchInlineSnapshot(`
      "--
      error: What came from stdin is not a JSON object of texts.
      Pipe the secret fields like this: {"bot_token": "…"}.
      -> 2"
    `);
  });

  test("unknown types and fields are named with those there are", async () => {
    expect(await cli("providers set slak")).toMatchInlineSnapshot(`
      "--
      error: The server knows no provider "slak".
      It knows: github, slack. \`floww providers types\` says more.
      -> 2"
    `);
    expect(await cli("providers set slack --field colour=red")).toMatchInlineSnapshot(`
      "--
      error: Slack has no field colour.
      It has: workspace_url, bot_token, signing_secret, api_url.
      -> 2"
    `);
    expect(await cli("providers set slack", `{"token":"x"}`)).toMatchInlineSnapshot(`
      "--
      error: Slack has no field token.
      It has: workspace_url, bot_token, signing_secret, api_url.
      -> 2"
    `);
  });

  test("what the service refuses is not stored", async () => {
    const refused = await cli(
      `providers set slack --field api_url=${slack.apiUrl}`,
      `{"bot_token":"xoxb-wrong"}`,
    );
    expect(refused).toMatchInlineSnapshot(`
      "--
      error: Slack does not accept the bot token: invalid_auth.
      Install the app to the workspace again (OAuth & Permissions) and copy its Bot User OAuth Token.
      -> 2"
    `);
    expect(await providers()).toEqual([]);
  });

  test("set takes secrets from stdin, and later changes only what it is told", async () => {
    const set = `providers set slack --alias team --field api_url=${slack.apiUrl}`;
    expect(await cli(set, secrets)).toMatchInlineSnapshot(`
      "slack (team): helper in Acme, working
        id  prv_ID
        fields  api_url=http://127.0.0.1:PORT/api, bot_token (secret)
        events to  http://127.0.0.1:PORT/webhook/prv_KEY (no address for the internet: start the server with FLOWW_PUBLIC_URL)
        used by  no live workflow
      --
      Configured in default.
      -> 0"
    `);
    expect(
      await cli("providers set slack --alias team --field workspace_url=https://acme.slack.com"),
    ).toMatchInlineSnapshot(`
      "slack (team): helper in Acme, working
        id  prv_ID
        fields  workspace_url=https://acme.slack.com, api_url=http://127.0.0.1:PORT/api, bot_token (secret)
        events to  http://127.0.0.1:PORT/webhook/prv_KEY (no address for the internet: start the server with FLOWW_PUBLIC_URL)
        used by  no live workflow
      --
      Changed in default.
      -> 0"
    `);
    expect(await providers()).toMatchObject([
      {
        fields: { api_url: slack.apiUrl, workspace_url: "https://acme.slack.com" },
        secretFields: ["bot_token"],
      },
    ]);
  });

  test("deploy goes live with it, and says which events will not come", async () => {
    expect(await cli("deploy --plan")).toMatchInlineSnapshot(`
      "+ code, N kB, as the first version
      + manual version
      + slack (team) onMessage channelId=C0123ABCD
      = provider slack (team): helper in Acme, working
      --
      + created, ~ changed, - removed, = as it is. Nothing was changed; \`floww deploy\` does it.
      -> 0"
    `);
    expect(await cli("deploy")).toMatchInlineSnapshot(`
      "chatty version 1 is live (process).
        floww trigger version
        slack (team) onMessage channelId=C0123ABCD
      --
      warning: Slack (team) cannot reach this server at http://127.0.0.1:PORT, so no events will come: feed it with \`floww replay <id>\`, or start the server with FLOWW_PUBLIC_URL set to an address that the internet can reach.
      Done in N s.
      -> 0"
    `);
    expect(await cli("list triggers")).toMatchInlineSnapshot(`
      "TYPE  LISTENS FOR  ID
      onManual  floww trigger version  trg_ID
      onMessage  slack (team) onMessage channelId=C0123ABCD  trg_ID
      --
      -> 0"
    `);
  });

  test("list shows account, addresses and users; `list providers` says the same", async () => {
    const listed = await cli("providers list");
    expect(listed).toMatchInlineSnapshot(`
      "slack (team): helper in Acme, working
        id  prv_ID
        fields  workspace_url=https://acme.slack.com, api_url=http://127.0.0.1:PORT/api, bot_token (secret)
        events to  http://127.0.0.1:PORT/webhook/prv_KEY (no address for the internet: start the server with FLOWW_PUBLIC_URL)
        used by  chatty
      --
      -> 0"
    `);
    expect(await cli("list providers")).toBe(listed);
    const { stdout } = await runCli(built.file, ["providers", "list", "--json"], { home: server.home });
    expect(JSON.parse(stdout)).toEqual(await providers());
  });

  test("check tries the credential, and its exit code says how that went", async () => {
    expect(await cli("providers check slack --alias team")).toContain("-> 0");
    expect(await cli("providers check slack")).toMatchInlineSnapshot(`
      "--
      error: slack is not configured in default.
      \`floww providers list\` shows what is; \`floww providers set slack\` configures it.
      -> 2"
    `);
  });

  test("floww.yaml may give a name in code to another provider, by its id", async () => {
    const yaml = (providers: string) =>
      writeFile(join(project.folder, "floww.yaml"), `name: chatty\n${providers}`);
    await yaml("providers:\n  slack:\n    team: slack\n");
    expect(await cli("deploy")).toMatchInlineSnapshot(`
      "--
      error: <project>/floww.yaml: providers.slack.team: is not a provider id.
      Give a type, the name in code and a provider's id, like \`providers: {slack: {team: prv_…}}\`; \`floww providers list\` shows the ids.
      -> 2"
    `);
    await yaml("providers:\n  slack: team\n");
    expect(await cli("deploy")).toMatchInlineSnapshot(`
      "--
      error: <project>/floww.yaml: providers.slack: Invalid input: expected record, received string.
      Give a type, the name in code and a provider's id, like \`providers: {slack: {team: prv_…}}\`; \`floww providers list\` shows the ids.
      -> 2"
    `);
    await yaml("providers:\n  slack:\n    team: prv_01m82g0e51fddapvmetq48v18b\n");
    expect(await cli("deploy")).toMatchInlineSnapshot(`
      "--
      error: <project>/floww.yaml: providers.slack.team: prv_ID is no provider of this namespace.
      \`floww providers list\` shows their ids.
      -> 2"
    `);
    const [{ id } = { id: "" }] = await providers();
    await yaml(`providers:\n  github:\n    default: ${id}\n`);
    expect(await cli("deploy")).toMatchInlineSnapshot(`
      "--
      error: <project>/floww.yaml: providers.github.default: prv_ID is a provider of type slack.
      \`floww providers list\` shows their ids.
      -> 2"
    `);
    await project.write(SOURCE.replace('"team"', '"chat"'));
    await yaml(`providers:\n  slack:\n    chat: ${id}\n`);
    expect(await cli("deploy")).toMatchInlineSnapshot(`
      "chatty version 2 is live (process).
        floww trigger version
        slack (chat) onMessage channelId=C0123ABCD
      --
      warning: Slack (team) cannot reach this server at http://127.0.0.1:PORT, so no events will come: feed it with \`floww replay <id>\`, or start the server with FLOWW_PUBLIC_URL set to an address that the internet can reach.
      Done in N s.
      -> 0"
    `);
    expect(await providers()).toMatchObject([{ alias: "team", usedBy: ["chatty"] }]);
  });

  test("delete refuses while a live workflow uses it, unless it is forced", async () => {
    expect(await cli("providers delete slack --alias team")).toMatchInlineSnapshot(`
      "--
      error: Delete slack (team) from default?
      Run it again with --yes.
      -> 2"
    `);
    expect(await cli("providers delete slack --alias team --yes")).toMatchInlineSnapshot(`
      "--
      error: slack (team) is used by: chatty.
      Deploy them without it first, or delete it with \`--force\`; their calls then fail.
      -> 2"
    `);
    expect(await providers()).toHaveLength(1);
    expect(await cli("providers delete slack --alias team --yes --force")).toMatchInlineSnapshot(`
      "slack (team) is deleted from default.
      --
      -> 0"
    `);
    expect(await providers()).toEqual([]);
    expect(await cli("providers delete slack --alias team --yes")).toMatchInlineSnapshot(`
      "--
      error: slack (team) is not configured in default.
      \`floww providers list\` shows what is; \`floww providers set slack --alias team\` configures it.
      -> 2"
    `);
  });

  test("types lists every field", async () => {
    const types = await cli("providers types");
    expect(types).toContain("slack: Slack\n  1. Make an app at https://api.slack.com/apps");
    expect(types).toContain("bot_token  secret  Bot token. Starts with xoxb-.");
    expect(types).toContain("signing_secret  secret, optional  Signing secret.");
    expect(types).toContain("(default https://github.com)");
  });

  test("a running dev hears of a provider that changes, and of no other", async () => {
    await writeFile(join(project.folder, "floww.yaml"), "name: chatty\n");
    await project.write(SOURCE);
    const configure = (alias: string) =>
      client.setProvider({
        params: { namespaceId },
        body: { type: "slack", alias, fields: { bot_token: BOT_TOKEN, api_url: slack.apiUrl } },
      });
    await configure("team");
    const dev = server.spawnCli(["dev"], { cwd: project.folder });
    const printed = (count: number, pattern: RegExp) =>
      eventually(async () => (dev.output().match(pattern)?.length === count ? true : undefined));
    try {
      await printed(1, /ready in/g);
      await configure("other");
      await configure("team");
      await printed(2, /ready in/g);
      expect(dev.output().match(/has changed; beginning again/g)).toHaveLength(1);
      const team = (await providers()).find(({ alias }) => alias === "team")!;
      await client.deleteProvider({ params: { namespaceId, providerId: team.id }, query: { force: "true" } });
      await printed(1, /the last good code goes on running/g);
      expect(dev.output()).toContain("Run: floww providers set slack --alias team");
      await configure("team");
      await printed(3, /ready in/g);
    } finally {
      dev.process.kill("SIGINT");
      await dev.closed;
    }
  });

  async function workflow() {
    const { items } = await client.listWorkflows({ params: { namespaceId }, query: {} });
    return { namespaceId, workflowId: items[0]!.id };
  }
});
