import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Client, createClient } from "@floww/contract/api";
import type { APIRequestContext, Browser, BrowserContext, Page } from "playwright-core";
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
  /** What the owner's browser asks the server beside its pages. */
  request: APIRequestContext;
  /**
   * A page of the owner's browser, in place of the one before it. With options it is in a window of its own, whose cookies
   * are the owner's unless it is given others: that takes half a second more.
   */
  open(options?: Parameters<Browser["newContext"]>[0]): Promise<Page>;
  /** What pages have complained about since the last call: refused by the policy, thrown, failed. */
  takeComplaints(): string[];
  [Symbol.asyncDispose](): Promise<void>;
}

/** A whole server with the example on it, and a browser that its first owner is signed in with. */
export async function startDashboardServer(env: Record<string, string> = {}): Promise<DashboardServer> {
  await using opened = new AsyncDisposableStack();
  const server = opened.use(await startTestServer({ env }));
  const { home } = server;
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
  const window = await setUp(browser, server);
  let shown: Page | undefined;
  const token = (await readFile(join(home, "owner.token"), "utf8")).trim();
  const client = createClient({ serverUrl: server.url, token });
  const { namespaces } = await client.whoAmI({});
  // No more than cookies: for what else a page has stored each window would open its site first.
  const ownersCookies = async () => ({ storageState: { cookies: await window.cookies(), origins: [] } });
  const parts = opened.move();
  return {
    server,
    browser,
    client,
    namespaceId: namespaces[0]!.id,
    helloUrl,
    request: window.request,
    open: async (options) => {
      let context = window;
      if (options === undefined) await shown?.close();
      else
        context = await browser.newContext({ baseURL: server.url, ...(await ownersCookies()), ...options });
      const page = await context.newPage();
      watch(page);
      if (options === undefined) shown = page;
      return page;
    },
    takeComplaints: () => complaints.splice(0),
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  };
}

/** The window in which the first account was made. */
async function setUp(browser: Browser, server: TestServer): Promise<BrowserContext> {
  const window = await browser.newContext({ baseURL: server.url });
  const page = await window.newPage();
  await page.goto(server.setupUrl!);
  await page.getByLabel("Name").fill(owner.name);
  await page.getByLabel("E-mail").fill(owner.email);
  await page.getByLabel("Password").fill(owner.password);
  await page.getByRole("button").click();
  await page.getByRole("main").waitFor();
  await page.close();
  return window;
}
