import { expect, test } from "vitest";
import type { ArtifactStore } from "../../platform/blobs/artifact-store.ts";
import { newUuid } from "../../platform/uuid-v7.ts";
import { aWorkflow } from "../../testing/builders.ts";
import { createTestDatabase } from "../../testing/test-database.ts";
import { ExecutionMode, ExecutionOrigin, ExecutionState } from "../executions/states.ts";
import { settleChildren } from "./settle-children.ts";
import { JournalKindNumber, JournalState } from "./states.ts";

test("a result that cannot be handed on fails its own step, and one that cannot be read now holds up nobody", async () => {
  await using database = await createTestDatabase();
  const { id: workflowId, namespaceId } = await aWorkflow(database);
  const insertExecution = async (state: number, result: { output?: string; artifact?: string } = {}) => {
    const id = newUuid();
    await database.query(
      `insert into executions (id, namespace_id, workflow_id, trigger_id, origin, mode, state, output, output_artifact)
       values ($1, $2, $3, $3, $4, $5, $6, $7, $8)`,
      [
        ...[id, namespaceId, workflowId, ExecutionOrigin.invoke, ExecutionMode.ack, state],
        ...[result.output === undefined ? null : Buffer.from(result.output), result.artifact ?? null],
      ],
    );
    return id;
  };
  const invoke = async (result: { output?: string; artifact?: string }) => {
    const parent = await insertExecution(ExecutionState.waiting);
    const child = await insertExecution(ExecutionState.completed, result);
    const key = Buffer.from("invoke#0");
    await database.query(
      `insert into journal_entries (execution_id, namespace_id, key, position, kind, state, due_at, write_id)
       values ($1, $2, $3, 0, $4, $5, now() + interval '1 hour', $6)`,
      [parent, namespaceId, key, JournalKindNumber.invoke, JournalState.pending, newUuid()],
    );
    await database.query(
      `insert into journal_waits (id, namespace_id, execution_id, key, kind, child_id, due_at)
       values ($1, $2, $3, $4, $5, $6, now() + interval '1 hour')`,
      [newUuid(), namespaceId, parent, key, JournalKindNumber.invoke, child],
    );
    return parent;
  };
  const parents = [
    await invoke({ output: "[".repeat(100_000) + "]".repeat(100_000) }),
    await invoke({ artifact: "away" }),
    await invoke({ output: '{"n":1}' }),
  ];
  const reported: unknown[] = [];
  const away = new Error("The disk is away.");
  const artifacts = { get: () => Promise.reject(away) } as unknown as ArtifactStore;
  const told = await settleChildren({ database, artifacts, report: (error) => reported.push(error) });
  const { rows } = await database.query(
    `select execution_id as id, state, convert_from(value, 'UTF8') as value, convert_from(error, 'UTF8') as error
     from journal_entries`,
  );
  const entries = parents.map((parent) => rows.find(({ id }) => id === parent));
  expect(told).toBe(2);
  expect(entries[0]).toMatchObject({
    state: JournalState.failed,
    error: expect.stringContaining("CHILD_FAILED"),
  });
  expect(entries[1]).toMatchObject({ state: JournalState.pending });
  expect(entries[2]).toMatchObject({ state: JournalState.completed, value: '{"n":1}' });
  expect(reported).toEqual([away]);
});
