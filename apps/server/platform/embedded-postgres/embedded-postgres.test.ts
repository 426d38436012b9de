import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "./embedded-postgres.ts";
import { readPostmaster } from "./postmaster.ts";

describe("the embedded PostgreSQL", () => {
  let folder: string;
  let postgres: EmbeddedPostgres;
  const reported: unknown[] = [];
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "floww-pg-"));
    const report = (error: unknown) => reported.push(error);
    postgres = await startEmbeddedPostgres({ folder, path: process.env.PATH ?? "", report });
  });
  afterAll(async () => {
    await postgres.stop();
    await rm(folder, { recursive: true, force: true });
  });

  async function ask(sql: string): Promise<unknown> {
    const client = new pg.Client(postgres.clientConfig);
    client.on("error", () => undefined);
    await client.connect();
    const { rows } = await client.query({ text: sql, rowMode: "array" }).finally(() => client.end());
    return rows[0]?.[0];
  }

  test("that is killed is started again with all its data, and still stops when it is asked to", async () => {
    await ask("create table kept as select 7 as n");
    for (let kills = 1; kills <= 2; kills++) {
      const { pid } = (await readPostmaster(join(folder, "data")))!;
      process.kill(pid, "SIGKILL");
      let answer: unknown;
      while (answer === undefined) {
        await delay(20);
        const isNew = (await readPostmaster(join(folder, "data")))?.pid !== pid;
        if (isNew) answer = await ask("select n from kept").catch(() => undefined);
      }
      expect(answer).toBe(7);
    }
    expect(reported.map(String)).toContainEqual(expect.stringContaining("SIGKILL"));
    await postgres.stop();
    expect(await readPostmaster(join(folder, "data"))).toBeUndefined();
  });
});
