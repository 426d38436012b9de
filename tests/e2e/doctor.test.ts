import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Client, createClient } from "@floww/contract/api";
import { afterAll, beforeAll, expect, test } from "vitest";
import { buildCli, mask, runCli } from "./cli-runner.ts";
import { BOT_TOKEN, type StrictSlack, startStrictSlack } from "./strict-slack.ts";
import { startTestServer, type TestServer } from "./test-server.ts";
import { createProject, type WorkflowProject } from "./workflow-project.ts";

const SOURCE = `
import { Builtin, GitHub, Secret, Slack } from "floww";
const field = { type: "string" };
const shape = (...names) => ({ "~standard": {
  version: 1,
  vendor: "test",
  validate: (value) => ({ value }),
  jsonSchema: { input: () => ({ type: "object", properties: Object.fromEntries(names.map((name) => [name, field])) }) },
} });
new Slack("team");
new GitHub();
export const keys = [
  new Secret("stripe", shape("apiKey", "webhookKey")),
  new Secret("stripe", shape("apiKey", "webhookKey"), "test"),
];
new Builtin().triggers.onWebhook({ handler: () => undefined });
`;

const opened = new AsyncDisposableStack();
let server: TestServer;
let slack: StrictSlack;
let built: Awaited<ReturnType<typeof buildCli>>;
let project: WorkflowProject;
let client: Client;
let params: { namespaceId: string };
beforeAll(async () => {
  [slack, built] = [opened.use(await startStrictSlack()), opened.use(await buildCli())];
  server = opened.use(await startTestServer({ env: { FLOWW_ALLOW_ADDRESSES: "127.0.0.1" } }));
  project = opened.use(await createProject("ill", SOURCE));
  const token = (await readFile(join(server.home, "owner.token"), "utf8")).trim();
  client = createClient({ serverUrl: server.url, token });
  params = { namespaceId: (await client.whoAmI({})).namespaces[0]!.id };
});
afterAll(() => opened.disposeAsync());

/** What it says of what the code needs, and its exit code. */
async function diagnose(): Promise<string> {
  const { stdout, exitCode } = await runCli(built.file, ["doctor"], {
    home: server.home,
    cwd: project.folder,
  });
  const at = stdout.search(/^\S+ +providers /m);
  return mask(`${stdout.slice(at)}-> ${exitCode}`);
}

test("doctor lists the providers and secrets that the code uses and nobody has set, with what sets each", async () => {
  expect(await diagnose()).toMatchInlineSnapshot(`
    "WRONG  providers  The workflow uses providers that are not configured in default: slack (team), github.
                       -> Run: floww providers set slack --alias team && floww providers set github
    WRONG  secrets  The workflow uses what is not set in default: stripe, stripe (test).
                       -> Run: floww secrets set stripe --field apiKey,webhookKey && floww secrets set stripe --credential test --field apiKey,webhookKey
    -> 1"
  `);
  const fields = { bot_token: BOT_TOKEN, api_url: slack.apiUrl };
  await client.setProvider({ params, body: { type: "slack", alias: "team", fields } });
  await client.setSecret({ params, body: { name: "stripe", value: { apiKey: "k", webhookKey: "w" } } });
  expect(await diagnose()).toMatchInlineSnapshot(`
    "WRONG  providers  The workflow uses a provider that is not configured in default: github.
                       -> Run: floww providers set github
    WRONG  secrets  The workflow uses what is not set in default: stripe (test).
                       -> Run: floww secrets set stripe --credential test --field apiKey,webhookKey
    -> 1"
  `);
});

test("doctor finds nothing missing where the code uses nothing", async () => {
  await project.write(
    `import { Builtin } from "floww"; new Builtin().triggers.onWebhook({ handler: () => undefined });`,
  );
  expect(await diagnose()).toMatchInlineSnapshot(`
    "ok  providers  the code uses none
    ok  secrets  the code uses none
    -> 0"
  `);
});
