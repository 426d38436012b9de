import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Client, createClient } from "@floww/contract/api";
import { readConfig } from "../config/config.ts";
import { readEnvironment } from "../config/env.ts";
import { type RunningServer, startServer } from "../server.ts";
import { createTestDatabase, type TestDatabase } from "./test-database.ts";

export interface TestServer extends RunningServer {
  home: string;
  database: TestDatabase;
  /** The machine owner's key. */
  ownerToken: string;
  client(token?: string): Client;
  /** Errors that the server reported as its own; a test may expect this to be empty. */
  reported: unknown[];
  [Symbol.asyncDispose](): Promise<void>;
}

/** A whole server in this process, on a free port, a home and a database of its own. */
export async function startTestServer({ publicUrl }: { publicUrl?: string } = {}): Promise<TestServer> {
  await using opened = new AsyncDisposableStack();
  const home = await mkdtemp(join(tmpdir(), "floww-home-"));
  opened.defer(() => rm(home, { recursive: true, force: true }));
  const database = await createTestDatabase();
  opened.use(database);
  const { PATH = "" } = readEnvironment();
  const config = readConfig({
    PATH,
    FLOWW_HOME: home,
    FLOWW_PORT: "0",
    DATABASE_URL: database.url,
    ...(publicUrl === undefined ? {} : { FLOWW_PUBLIC_URL: publicUrl }),
  });
  const reported: unknown[] = [];
  const server = await startServer(config, (error) => reported.push(error));
  opened.defer(() => server.stop());
  const ownerToken = (await readFile(join(home, "owner.token"), "utf8")).trim();
  const parts = opened.move();
  return {
    ...server,
    home,
    database,
    ownerToken,
    reported,
    client: (token) => createClient({ serverUrl: server.url, ...(token === undefined ? {} : { token }) }),
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  };
}
