import { existsSync } from "node:fs";
import { copyFile, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Client, createClient } from "@floww/contract/api";
import { readConfig } from "../config/config.ts";
import { type Environment, readEnvironment } from "../config/env.ts";
import { type RunningServer, startServer } from "../server.ts";
import { assertNone, findStuck } from "./find-stuck.ts";
import { freePort } from "./free-port.ts";
import { createTestDatabase, type TestDatabase } from "./test-database.ts";

export interface TestServer extends RunningServer {
  home: string;
  /** Where it listens, whatever its public address is. */
  localUrl: string;
  database: TestDatabase;
  /** The machine owner's key. */
  ownerToken: string;
  client(token?: string): Client;
  /** Errors that the server reported as its own; a test may expect this to be empty. */
  reported: unknown[];
  [Symbol.asyncDispose](): Promise<void>;
}

/** A whole server in this process, on a free port, a home and a database of its own. */
export async function startTestServer({
  publicUrl,
  beside,
  environment = {},
  executorFile,
}: {
  publicUrl?: string;
  /** A second server on the database of this one, under the same master key. */
  beside?: TestServer;
  /** Settings besides. */
  environment?: Environment;
  /** In the place of the one that was built. */
  executorFile?: string;
} = {}): Promise<TestServer> {
  await using opened = new AsyncDisposableStack();
  const home = await mkdtemp(join(tmpdir(), "floww-home-"));
  opened.defer(() => rm(home, { recursive: true, force: true }));
  if (beside !== undefined) await shareMasterKey(beside.home, home);
  const database = beside?.database ?? opened.use(await createTestDatabase());
  // Asked for only where the public address does not tell it.
  const port = publicUrl === undefined ? 0 : await freePort();
  const { PATH = "" } = readEnvironment();
  const config = readConfig({
    PATH,
    FLOWW_HOME: home,
    FLOWW_PORT: String(port),
    DATABASE_URL: database.url,
    ...environment,
    ...(publicUrl === undefined ? {} : { FLOWW_PUBLIC_URL: publicUrl }),
  });
  const reported: unknown[] = [];
  const server = await startServer(
    { ...config, executorFile: executorFile ?? config.executorFile },
    (error) => reported.push(error),
  );
  opened.defer(() => server.stop());
  // While it still serves, for then what is due counts too.
  opened.defer(async () =>
    assertNone(await findStuck(async (sql) => (await database.query(sql)).rows as never)),
  );
  const ownerToken = (await readFile(join(home, "owner.token"), "utf8")).trim();
  const parts = opened.move();
  return {
    ...server,
    home,
    localUrl: publicUrl === undefined ? server.url : `http://127.0.0.1:${port}`,
    database,
    ownerToken,
    reported,
    client: (token) => createClient({ serverUrl: server.url, ...(token === undefined ? {} : { token }) }),
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  };
}

/** Servers of one database have the same; with AWS KMS there is none. */
async function shareMasterKey(from: string, to: string): Promise<void> {
  const [source, target] = [join(from, "master.key"), join(to, "master.key")];
  if (existsSync(source)) await copyFile(source, target);
}
