import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Client, createClient } from "@floww/contract/api";
import type { Manifest } from "@floww/contract/manifest";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type Emulator,
  startEmulator,
} from "../../packages/providers/github/server/testing/start-emulator.ts";
import { eventually } from "./eventually.ts";
import { BOT_TOKEN, type StrictSlack, startStrictSlack } from "./strict-slack.ts";
import { startTestServer, type TestServer } from "./test-server.ts";

const PUBLIC_URL = "https://floww.example";

describe("a dev session on a server that vendors can reach", () => {
  let server: TestServer;
  let github: Emulator;
  let slack: StrictSlack;
  let client: Client;
  let namespaceId: string;
  let workflowId: string;
  beforeAll(async () => {
    [github, slack] = await Promise.all([startEmulator(), startStrictSlack()]);
    server = await startTestServer({
      env: { FLOWW_ALLOW_ADDRESSES: "127.0.0.1", FLOWW_PUBLIC_URL: PUBLIC_URL },
    });
    const token = (await readFile(join(server.home, "owner.token"), "utf8")).trim();
    const { url } = JSON.parse(await readFile(join(server.home, "server.json"), "utf8")) as { url: string };
    client = createClient({ serverUrl: url, token });
    namespaceId = (await client.whoAmI({})).namespaces[0]!.id;
    const body = { name: "vendors" };
    workflowId = (await client.createWorkflow({ params: { namespaceId }, body })).id;
    await configure("github", { server_url: github.url, access_token: "ghp_owner" });
    await configure("slack", { bot_token: BOT_TOKEN, api_url: slack.apiUrl });
  });
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    await github[Symbol.asyncDispose]();
    await slack[Symbol.asyncDispose]();
  });

  const configure = (type: string, fields: Record<string, string>, alias = "default") =>
    client.setProvider({ params: { namespaceId }, body: { type, alias, fields } });
  const open = (...triggers: Manifest["triggers"]) =>
    client.openDevSession({
      params: { namespaceId, workflowId },
      body: { manifest: manifestOf(triggers), clientId: "test-terminal" },
    });
  const webhooks = async () => {
    const { items } = await client.listProviders({ params: { namespaceId } });
    return items.flatMap(({ registrations }) => registrations.map(({ target, events }) => [target, events]));
  };

  test("has its webhooks made at the vendor, says so, and has them taken back when the code changes", async () => {
    const opened = await open(onPush("default"), onMessage);
    expect(opened.warnings).toEqual([]);
    expect(opened.notes).toEqual([
      "GitHub sends push of octo/hello to this server.",
      expect.stringMatching(
        /^Slack must be told to send its events to https:\/\/floww\.example\/webhook\/prv_[\w-]{24}\.$/,
      ),
    ]);
    expect(opened.triggers.map(({ key }) => key)).toEqual(["octo/hello", "channelId=C0123ABCD"]);
    expect(await webhooks()).toEqual([["octo/hello", ["push"]]]);
    expect((await open(onMessage)).notes).toHaveLength(1);
    await eventually(async () => ((await webhooks()).length === 0 ? true : undefined));
  });

  test("opens all the same when the vendor refuses, and says what to do instead", async () => {
    await configure("github", { server_url: github.url, access_token: "ghp_stranger" }, "stranger");
    const { notes, warnings } = await open(onPush("stranger"));
    expect(notes).toEqual([]);
    expect(warnings).toEqual([expect.stringContaining("feed the laptop with `floww replay <id> --local`")]);
  });
});

function onPush(alias: string): Manifest["triggers"][number] {
  return {
    handlerId: `github.${alias}.onPush:octo/hello`,
    provider: { type: "github", alias },
    type: "onPush",
    key: "octo/hello",
    input: { owner: "octo", repository: "hello" },
  };
}

const onMessage: Manifest["triggers"][number] = {
  handlerId: "slack.onMessage:channelId=C0123ABCD",
  provider: { type: "slack", alias: "default" },
  type: "onMessage",
  key: "channelId=C0123ABCD",
  input: { channelId: "C0123ABCD" },
};

function manifestOf(triggers: Manifest["triggers"]): Manifest {
  const providers = triggers.map(({ provider }) => provider);
  return { abi: 1, triggers, providers, secrets: [], warnings: [] };
}
