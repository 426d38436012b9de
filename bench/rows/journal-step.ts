import { readFile } from "node:fs/promises";
import { join } from "node:path";
import pg from "pg";
import type { FlowwServer } from "../programs.ts";
import { median, type Row } from "../row.ts";

const ROUNDS = 7;
const STEPS = 200;
const REACH = 1.5;

/**
 * One step as a handler sees it, from the end of its function to the next one's beginning, against one row inserted and
 * committed through a connection of its own into a table of the same shape. In turns, on the same PostgreSQL.
 */
export async function journalStep({ home }: FlowwServer, url: string): Promise<Row> {
  const client = await connect(home);
  try {
    await client.query(`create table if not exists bench_inserts (run uuid not null, key bytea not null, position integer not null,
      kind smallint not null, state smallint not null, value bytea, attempts integer not null, at timestamptz not null default now(),
      primary key (run, key))`);
    const rounds: { step: number; insert: number }[] = [];
    for (let round = 0; round < ROUNDS; round++)
      rounds.push({ step: await askStepMs(url), insert: await insertMs(client) });
    await client.query("drop table bench_inserts");
    const step = median(rounds.map((round) => round.step));
    const insert = median(rounds.map((round) => round.insert));
    const ratio = median(rounds.map((round) => round.step / round.insert));
    return {
      what: "one step written to the journal",
      reach: `<= ${REACH} x one committed insert`,
      figure: `${ratio.toFixed(2)} x (${step.toFixed(2)} ms; insert ${insert.toFixed(2)} ms)`,
      isReached: ratio <= REACH,
    };
  } finally {
    await client.end();
  }
}

async function connect(home: string): Promise<pg.Client> {
  const password = (await readFile(join(home, "postgres", "password"), "utf8")).trim();
  const host = join(home, "postgres", "run");
  const client = new pg.Client({ host, port: 5432, user: "floww", database: "postgres", password });
  await client.connect();
  return client;
}

async function askStepMs(url: string): Promise<number> {
  const response = await fetch(url, { method: "POST", body: JSON.stringify({ steps: STEPS }) });
  const { ms } = (await response.json()) as { ms: number };
  return ms / STEPS;
}

async function insertMs(client: pg.Client): Promise<number> {
  const run = crypto.randomUUID();
  const startedAt = performance.now();
  for (let index = 0; index < STEPS; index++)
    await client.query({
      name: "bench-insert",
      text: "insert into bench_inserts (run, key, position, kind, state, value, attempts) values ($1, $2, $3, 1, 1, $4, 1)",
      values: [run, Buffer.from(`step#${index}`), index, Buffer.from("1")],
    });
  return (performance.now() - startedAt) / STEPS;
}
