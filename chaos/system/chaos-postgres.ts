import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import pg from "pg";
import {
  type EmbeddedPostgres,
  startEmbeddedPostgres,
} from "../../apps/server/platform/embedded-postgres/embedded-postgres.ts";
import { readPostmaster } from "../../apps/server/platform/embedded-postgres/postmaster.ts";
import { eventually } from "../eventually.ts";
import { listDescendants, signal } from "./processes.ts";

/** The harness's own PostgreSQL, started by the product's own code, which also starts it again after each kill. */
export class ChaosPostgres {
  readonly #folder: string;
  readonly #running: EmbeddedPostgres;

  private constructor(folder: string, running: EmbeddedPostgres) {
    this.#folder = folder;
    this.#running = running;
  }

  static async start(folder: string): Promise<ChaosPostgres> {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    return new ChaosPostgres(folder, await startEmbeddedPostgres({ folder, path: process.env.PATH ?? "" }));
  }

  get socketPath(): string {
    const { host, port } = this.#running.clientConfig;
    return join(host!, `.s.PGSQL.${port}`);
  }

  urlThrough(port: number): string {
    const { user, password, database } = this.#running.clientConfig;
    return `postgres://${user}:${encodeURIComponent(String(password))}@127.0.0.1:${port}/${database}`;
  }

  async postmasterPid(): Promise<number> {
    const postmaster = await readPostmaster(join(this.#folder, "data"));
    if (postmaster === undefined) throw new RangeError("PostgreSQL does not run.");
    return postmaster.pid;
  }

  /** All of it, as when the power goes: a worker that lives on for a moment might still save what must not need saving. */
  async killAll(): Promise<void> {
    const postmaster = await this.postmasterPid();
    const family = [postmaster, ...(await listDescendants(postmaster)).map(({ pid }) => pid)];
    for (const pid of family) signal(pid, "SIGKILL");
  }

  /** Those that serve a client, not PostgreSQL's own workers. */
  async backendPids(): Promise<number[]> {
    const family = await listDescendants(await this.postmasterPid());
    return family.filter(({ command }) => /^postgres: floww /.test(command)).map(({ pid }) => pid);
  }

  /** One statement past everything under test: the nemesis's own way in, never the checker's. */
  async query(sql: string): Promise<pg.QueryResult> {
    const client = new pg.Client(this.#running.clientConfig);
    client.on("error", () => undefined);
    await client.connect();
    try {
      return await client.query(sql);
    } finally {
      await client.end().catch(() => undefined);
    }
  }

  /** Until it takes queries again: after the kill of a worker it recovers by itself, a dead one is started again by its starter. */
  async ready(): Promise<void> {
    await eventually(() => this.query("select 1").catch(() => undefined));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#running.stop();
  }
}
