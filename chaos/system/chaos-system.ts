import { copyFile, mkdir, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Client, createClient } from "@floww/contract/api";
import { openSink, type Sink } from "../sink.ts";
import { ChaosPostgres } from "./chaos-postgres.ts";
import { ChaosServer, type Preload } from "./chaos-server.ts";
import { type DatabaseProxy, openDatabaseProxy } from "./database-proxy.ts";
import { findFreePort } from "./free-port.ts";
import { mountSmallDisk } from "./small-disk.ts";

export interface SystemOptions {
  servers?: number;
  /** Loaded into every server, at every start. */
  preloads?: readonly Preload[];
  /** Run on the database before the first server starts. */
  sql?: readonly string[];
  wrapper?: readonly string[];
  /** More of the servers' environment. */
  env?: Readonly<Record<string, string>>;
  /** All that servers and database write lies on a disk of so many megabytes; needs root. */
  diskMegabytes?: number;
}

/** What is tried to break: servers on one database, with the sink outside of it. */
export interface ChaosSystem {
  /** Ledger and sink write here. */
  readonly folder: string;
  /** Servers and database write here. */
  readonly state: string;
  readonly postgres: ChaosPostgres;
  /** One before each server's database. */
  readonly proxies: readonly DatabaseProxy[];
  readonly servers: readonly ChaosServer[];
  readonly preloads: readonly Preload[];
  readonly sink: Sink;
  readonly namespaceId: string;
  /** A namespace in which nothing was ever sent. */
  readonly emptyNamespaceId: string;
  readonly token: string;
  /** Of the first server that runs. */
  client(): Client;
  [Symbol.asyncDispose](): Promise<void>;
}

export async function startSystem({
  servers: count = 1,
  preloads = [],
  sql = [],
  wrapper = [],
  env = {},
  diskMegabytes,
}: SystemOptions = {}): Promise<ChaosSystem> {
  await using opened = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), "floww-chaos-"));
  opened.defer(() => rm(folder, { recursive: true, force: true }));
  const state = join(folder, "state");
  await mkdir(state, { mode: 0o700 });
  if (diskMegabytes !== undefined) opened.use(await mountSmallDisk(state, diskMegabytes));
  const sink = opened.use(await openSink(join(folder, "sink.jsonl")));
  const postgres = opened.use(await ChaosPostgres.start(join(state, "postgres")));
  for (const statement of sql) await postgres.query(statement);
  const proxies: DatabaseProxy[] = [];
  const servers: ChaosServer[] = [];
  for (let n = 0; n < count; n++) {
    const proxy = opened.use(await openDatabaseProxy(() => postgres.socketPath));
    proxies.push(proxy);
    const home = await makeHome(state, n);
    const databaseUrl = postgres.urlThrough(proxy.port);
    const log = join(folder, `server-${n}.log`);
    const server = new ChaosServer({ home, log, port: await findFreePort(), databaseUrl, wrapper, env });
    opened.defer(() => end(server));
    await server.start(preloads);
    servers.push(server);
  }
  const token = await servers[0]!.ownerToken();
  const client = () =>
    createClient({ serverUrl: (servers.find(({ isRunning }) => isRunning) ?? servers[0]!).url, token });
  const namespaces = await findNamespaces(client());
  const parts = opened.move();
  return {
    ...{ folder, state, postgres, proxies, servers, preloads, sink, token, client, ...namespaces },
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  };
}

/** Servers on one database share its master key and its artifacts; all else of a home is its own. */
async function makeHome(state: string, n: number): Promise<string> {
  const [first, home] = [join(state, "home-0"), join(state, `home-${n}`)];
  await mkdir(home, { mode: 0o700 });
  if (n === 0) return home;
  await copyFile(join(first, "master.key"), join(home, "master.key"));
  await mkdir(join(first, "artifacts"), { recursive: true, mode: 0o700 });
  await symlink(join(first, "artifacts"), join(home, "artifacts"));
  return home;
}

async function findNamespaces(client: Client): Promise<{ namespaceId: string; emptyNamespaceId: string }> {
  const { namespaces } = await client.whoAmI({});
  const { id: namespaceId, organizationId } = namespaces[0]!;
  const empty = await client.createNamespace({ params: { organizationId }, body: { name: "empty" } });
  return { namespaceId, emptyNamespaceId: empty.id };
}

async function end(server: ChaosServer): Promise<void> {
  if (!server.isRunning) return;
  server.thaw();
  await server.kill();
}
