import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Client, createClient } from "@floww/contract/api";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { startTestServer, type TestServer } from "../e2e/test-server.ts";
import { openBrowser } from "./open-browser.ts";

const EXAMPLE = fileURLToPath(new URL("../../examples/hello", import.meta.url));

/** Who the set-up link made: owner of the first organization. */
export const owner = { name: "Ada Lovelace", email: "ada@example.com", password: "correct horse battery" };

/** A server, a deploy and a browser, on a machine that does much else: `beforeAll(…, START_MS)`. */
export const START_MS = 120_000;

export interface DashboardServer {
  server: TestServer;
  browser: Browser;
  /** With the owner's key, for what a test brings about. */
  client: Client;
  namespaceId: string;
  /** The address that the example's webhook answers at. */
  helloUrl: string;
  /** A browser window of its own, signed in as the owner unless it is given another's state. */
  open(options?: Parameters<Browser["newContext"]>[0]): Promise<Page & { context(): BrowserContext }>;
  /** What pages have complained about since the last call: refused by the policy, thrown, failed. */
  takeComplaints(): string[];
  [Symbol.asyncDispose](): Promise<void>;
}

/** A whole server with the example on it, and a browser that its first owner is signed in with. */
export async function startDashboardServer(env: Record<string, string> = {}): Promise<DashboardServer> {
  await using opened = new AsyncDisposableStack();
  const home = await mkdtemp(join(tmpdir(), "floww-dashboard-"));
  opened.defer(() => rm(home, { recursive: true, force: true }));
  const server = opened.use(await startTestServer({ home, env }));
  const browser = opened.adopt(await openBrowser(), (one) => one.close());
  const complaints: string[] = [];
  const watch = (page: Page) => {
    page.on("pageerror", (error) => complaints.push(`thrown: ${error.message}`));
    page.on("console", (message) => {
      // Other suites make and remove network interfaces, which the browser takes for a new network.
      const isOthers = message.text().includes("ERR_NETWORK_CHANGED");
      if (message.type() === "error" && !isOthers) complaints.push(message.text());
    });
  };
  const { stdout } = await server.cli(["deploy", EXAMPLE, "--yes", "--json"]);
  const helloUrl = (JSON.parse(stdout) as { triggers: { url: string }[] }).triggers[0]!.url;
  const storageState = await setUp(browser, server.setupUrl!);
  const token = (await readFile(join(home, "owner.token"), "utf8")).trim();
  const client = createClient({ serverUrl: server.url, token });
  const { namespaces } = await client.whoAmI({});
  const parts = opened.move();
  return {
    server,
    browser,
    client,
    namespaceId: namespaces[0]!.id,
    helloUrl,
    open: async (options = {}) => {
      const context = await browser.newContext({ baseURL: server.url, storageState, ...options });
      const page = await context.newPage();
      watch(page);
      return page;
    },
    takeComplaints: () => complaints.splice(0),
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  };
}

async function setUp(browser: Browser, setupUrl: string) {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(setupUrl);
  await page.getByLabel("Name").fill(owner.name);
  await page.getByLabel("E-mail").fill(owner.email);
  await page.getByLabel("Password").fill(owner.password);
  await page.getByRole("button").click();
  await page.getByRole("main").waitFor();
  const state = await context.storageState();
  await context.close();
  return state;
}
