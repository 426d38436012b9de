import { join } from "node:path";
import type pg from "pg";
import { createLedger, type Ledger } from "../../apps/server/domain/deliveries/ledger.ts";
import { ExecutionMode, ExecutionOrigin } from "../../apps/server/domain/executions/states.ts";
import { renewLease } from "../../apps/server/domain/executions/store.ts";
import { recordStep, type StepContext } from "../../apps/server/domain/journal/record-step.ts";
import { DiskArtifacts } from "../../apps/server/platform/blobs/disk-artifacts.ts";
import { ensureDayPartitions } from "../../apps/server/platform/db/day-partitions.ts";
import { newUuid } from "../../apps/server/platform/uuid-v7.ts";
import { silentBells } from "../../apps/server/testing/silent-bells.ts";
import { connectDatabase } from "../database.ts";
import type { FlowwServer } from "../programs.ts";
import { median, type Row } from "../row.ts";

const ROUNDS = 9;
/** Not counted: until all of it is compiled. */
const WARM_UP_ROUNDS = 6;
const STEPS = 300;
const REACH = 1.5;
const DAY_MS = 24 * 60 * 60 * 1000;
/** As many partitions as a server has that keeps what is usual. */
const DAYS_KEPT = 30;

/**
 * One step written to the journal as the server writes it, against one row inserted and committed into a table of the same
 * shape: each through a connection of its own, in turns, on the same PostgreSQL. Printed beside it is what its handler
 * waits, for whom two more ways between processes come to it.
 */
export async function journalStep({ home }: FlowwServer, url: string): Promise<Row> {
  await using client = await connectDatabase(home);
  await keepDays(client);
  const ledger = createLedger(() => connectDatabase(home));
  const context = { artifacts: new DiskArtifacts(join(home, "artifacts")), ledger, bells: silentBells };
  await client.query(`create table if not exists bench_inserts (run uuid not null, key bytea not null, position integer not null,
    kind smallint not null, state smallint not null, value bytea, attempts integer not null, at timestamptz not null default now(),
    primary key (run, key))`);
  const rounds: { step: number; insert: number; handler: number }[] = [];
  for (let round = -WARM_UP_ROUNDS; round < ROUNDS; round++) {
    const step = await recordMs(context, await startRun(client, ledger));
    const measured = { step, insert: await insertMs(client), handler: await askHandlerMs(url) };
    if (round >= 0) rounds.push(measured);
  }
  await ledger.close();
  await client.query("drop table bench_inserts");
  const [step, insert, handler] = (["step", "insert", "handler"] as const).map((name) =>
    median(rounds.map((round) => round[name])).toFixed(2),
  );
  const ratio = median(rounds.map((round) => round.step / round.insert));
  return {
    what: "one step written to the journal",
    reach: `<= ${REACH} x one committed insert`,
    figure: `${ratio.toFixed(2)} x (${step} ms; insert ${insert} ms; its handler waits ${handler} ms)`,
    isReached: ratio <= REACH,
  };
}

/** Partitions of the days before, empty: a call makes those of a week. */
async function keepDays(client: pg.Client): Promise<void> {
  const nowMs = Date.now();
  for (let days = DAYS_KEPT; days > 0; days -= 7)
    await ensureDayPartitions(client, ["executions", "journal_entries"], nowMs - days * DAY_MS);
}

type Run = Parameters<typeof recordStep>[1];

/** An execution that this program has started, as a server does. */
async function startRun(client: pg.Client, ledger: Ledger): Promise<Run> {
  const { rows } = await client.query<Omit<Run, "id" | "owner" | "epoch"> & { triggerId: string }>(
    `select id as "triggerId", namespace_id as "namespaceId", workflow_id as "workflowId" from triggers where key = 'POST /steps'`,
  );
  const { triggerId, namespaceId, workflowId } = rows[0]!;
  const [id, owner] = [newUuid(), newUuid()];
  await renewLease(client, owner);
  const row = {
    ...{ id, owner, triggerId, namespaceId, workflowId, deploymentId: null, deliveryId: null },
    ...{
      origin: ExecutionOrigin.manual,
      mode: ExecutionMode.handler,
      event: Buffer.from("{}"),
      isKeyed: false,
    },
    ...{ input: null, inputArtifact: null, replayOf: null },
  };
  await ledger.commit({ executions: [row] });
  return { id, owner, epoch: 1, namespaceId, workflowId };
}

async function recordMs(context: StepContext, run: Run): Promise<number> {
  const startedAt = performance.now();
  for (let position = 0; position < STEPS; position++)
    await recordStep(context, run, { key: `step#${position}`, position, attempts: 1, value: "1" });
  return (performance.now() - startedAt) / STEPS;
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

async function askHandlerMs(url: string): Promise<number> {
  const response = await fetch(url, { method: "POST", body: JSON.stringify({ steps: STEPS }) });
  const { ms } = (await response.json()) as { ms: number };
  return ms / STEPS;
}
