import { copyFile, mkdtemp, readFile, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createTestDatabase } from "../../apps/server/testing/test-database.ts";
import { type Balancer, startBalancer } from "./balancer.ts";
import { startTestServer, type TestServer } from "./test-server.ts";

export interface Replicas extends AsyncDisposable {
  balancer: Balancer;
  /** Their public address is the balancer's. */
  servers: [TestServer, TestServer];
  /** Where each listens itself. */
  localUrls: [string, string];
}

/** Two server processes behind a balancer, which share a database, a master key, the artifacts, and the broker of `env`. */
export async function startReplicas(env: Record<string, string>): Promise<Replicas> {
  await using opened = new AsyncDisposableStack();
  const balancer = opened.use(await startBalancer());
  const database = opened.use(await createTestDatabase());
  const settings = { ...env, DATABASE_URL: database.url, FLOWW_PUBLIC_URL: balancer.url };
  const start = async (home: string) => {
    opened.defer(() => rm(home, { recursive: true, force: true }));
    const server = opened.use(await startTestServer({ home, env: settings }));
    const { url } = JSON.parse(await readFile(join(home, "server.json"), "utf8")) as { url: string };
    balancer.targets.push(url);
    return { server, url };
  };
  const first = await start(await mkdtemp(join(tmpdir(), "floww-one-")));
  const home = await mkdtemp(join(tmpdir(), "floww-two-"));
  await copyFile(join(first.server.home, "master.key"), join(home, "master.key"));
  await symlink(join(first.server.home, "artifacts"), join(home, "artifacts"));
  const second = await start(home);
  const parts = opened.move();
  return {
    balancer,
    servers: [first.server, second.server],
    localUrls: [first.url, second.url],
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  };
}
