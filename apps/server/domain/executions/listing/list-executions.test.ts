import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ensureDayPartitions } from "../../../platform/db/day-partitions.ts";
import { newUuid, uuidInstantMs } from "../../../platform/uuid-v7.ts";
import { anOrganization, aWorkflow } from "../../../testing/builders.ts";
import { createTestDatabase, type TestDatabase } from "../../../testing/test-database.ts";
import { ExecutionState } from "../states.ts";
import type { ExecutionFilter } from "./execution-filter.ts";
import { listExecutions } from "./list-executions.ts";
import { countingSql, matchingSql } from "./matching.ts";

const DAY_MS = 24 * 60 * 60 * 1000;
const COUNT = 600;
const now = Date.now();

interface Row {
  id: string;
  namespaceId: string;
  workflowId: string;
  triggerId: string;
  deploymentId: string | null;
  state: number;
}

let database: TestDatabase;
let rows: Row[];
let sources: Omit<Row, "id" | "state" | "deploymentId">[];
let versions: { id: string; workflowId: string }[];
beforeAll(async () => {
  database = await createTestDatabase({ leavesStuck: "states are the test's own" });
  for (const days of [0, 3, 9, 20]) await ensureDayPartitions(database, ["executions"], now - days * DAY_MS);
  const namespaces = [await anOrganization(database), await anOrganization(database)];
  sources = [];
  versions = [];
  for (const { namespace } of namespaces)
    for (let count = 0; count < 3; count++) await addWorkflow(namespace.id);
  const states = Object.values(ExecutionState);
  rows = Array.from({ length: COUNT }, () => {
    const source = pick(sources);
    const deployed = pick(versions.filter(({ workflowId }) => workflowId === source.workflowId));
    const at = now - pick([0, 3, 9, 20]) * DAY_MS - Math.floor(Math.random() * 60_000);
    return {
      ...source,
      id: newUuid(at),
      deploymentId: Math.random() < 0.1 ? null : deployed.id,
      state: Math.random() < 0.5 ? ExecutionState.completed : pick(states),
    };
  });
  for (const row of rows)
    await database.query(
      `insert into executions (id, namespace_id, workflow_id, trigger_id, deployment_id, origin, mode, state)
       values ($1, $2, $3, $4, $5, 1, 1, $6)`,
      [row.id, row.namespaceId, row.workflowId, row.triggerId, row.deploymentId, row.state],
    );
});
afterAll(() => database[Symbol.asyncDispose]());

function pick<T>(from: readonly T[]): T {
  return from[Math.floor(Math.random() * from.length)]!;
}

async function addWorkflow(namespaceId: string): Promise<void> {
  const { id: workflowId } = await aWorkflow(database, { namespaceId });
  await database.query(
    "insert into bundles (namespace_id, hash, code_bytes, map_bytes) values ($1, 'x', 1, 1) on conflict do nothing",
    [namespaceId],
  );
  for (const version of [1, 2]) {
    const id = newUuid();
    versions.push({ id, workflowId });
    await database.query(
      `insert into deployments (id, namespace_id, workflow_id, version, bundle_hash, runtime, manifest, created_by)
       values ($1, $2, $3, $4, 'x', 'process', '{}', '')`,
      [id, namespaceId, workflowId, version],
    );
    const triggerId = newUuid();
    sources.push({ namespaceId, workflowId, triggerId });
    await database.query(
      `insert into triggers (id, namespace_id, workflow_id, handler_id, provider_type, provider_alias, type, key, input)
       values ($1, $2, $3, $4, 'builtin', 'default', 'onManual', $4, '{}')`,
      [triggerId, namespaceId, workflowId, `h${version}`],
    );
  }
}

/** Every filter is left out half of the time. */
function aFilter(): ExecutionFilter {
  const { namespaceId, workflowId, triggerId, deploymentId, state } = pick(rows);
  const some = <T>(value: T) => (Math.random() < 0.5 ? undefined : value);
  const at = () => uuidInstantMs(pick(rows).id);
  return {
    namespaceId,
    // Now and then of another execution: then hardly anything fits.
    workflowId: some(Math.random() < 0.1 ? pick(rows).workflowId : workflowId),
    triggerId: some(triggerId),
    deploymentId: some(deploymentId ?? undefined),
    state: some(state),
    fromMs: some(at()),
    toMs: some(at()),
  };
}

function fits(
  row: Row,
  { fromMs = 0, toMs = Number.POSITIVE_INFINITY, ...filter }: ExecutionFilter,
): boolean {
  const at = uuidInstantMs(row.id);
  const isEqual = Object.entries(filter).every(
    ([name, value]) => value === undefined || row[name as keyof Row] === value,
  );
  return isEqual && at >= fromMs && at < toMs;
}

const idsOf = (filter: ExecutionFilter) =>
  rows
    .filter((row) => fits(row, filter))
    .map(({ id }) => id)
    .sort();

async function readPages(filter: ExecutionFilter): Promise<string[]> {
  const ids: string[] = [];
  for (;;) {
    const page = await listExecutions(database, filter, { beforeId: ids.at(-1), limit: 40 });
    ids.push(...page.map(({ id }) => id));
    if (page.length < 40) return ids;
  }
}

describe("executions in any mix of filters", () => {
  test("are listed newest first, page by page, each once, and no others", async () => {
    let found = 0;
    for (let round = 0; round < 150; round++) {
      const filter = aFilter();
      const ids = await readPages(filter);
      expect(ids, JSON.stringify(filter)).toEqual(idsOf(filter).reverse());
      found += ids.length;
    }
    expect(found).toBeGreaterThan(150);
  });

  test("are gone over oldest first after an id, and counted", async () => {
    for (let round = 0; round < 60; round++) {
      const filter = aFilter();
      const all = idsOf(filter);
      const afterId = pick(rows).id;
      const reading = { columns: "e.id", order: "asc", limit: 7, afterId } as const;
      const { text, values } = matchingSql(filter, reading);
      const listed = await database.query<{ id: string }>(text, values);
      expect(listed.rows.map(({ id }) => id)).toEqual(all.filter((id) => id > afterId).slice(0, 7));
      const counting = countingSql(filter, {});
      const counted = await database.query<{ count: number }>(counting.text, counting.values);
      expect(counted.rows[0]!.count).toBe(all.length);
    }
  });

  test("have the names of now, the version that ran them, and one that was deleted its last name", async () => {
    const [row] = rows.filter(({ deploymentId }) => deploymentId !== null);
    const { workflowId, namespaceId } = row!;
    await database.query("update workflows set name = 'renamed', deleted_at = now() where id = $1", [
      workflowId,
    ]);
    const filter = { namespaceId, workflowId };
    const [first] = await listExecutions(database, filter, { beforeId: undefined, limit: 1 });
    expect(first).toMatchObject({ workflowName: "renamed", handlerId: expect.stringMatching(/^h[12]$/) });
    const all = await listExecutions(database, filter, { beforeId: undefined, limit: COUNT });
    for (const { version, deploymentId } of all) expect(version !== null).toBe(deploymentId !== null);
  });
});
