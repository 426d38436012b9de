import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { ArtifactStore } from "../../platform/blobs/artifact-store.ts";
import type { Queryable } from "../../platform/db/database.ts";
import { newUuid } from "../../platform/uuid-v7.ts";
import { aWorkflow } from "../../testing/builders.ts";
import { createTestDatabase, type TestDatabase } from "../../testing/test-database.ts";
import { ExecutionMode, ExecutionOrigin, ExecutionState } from "../executions/states.ts";
import { ensureTriggers } from "../triggers/store.ts";
import { waitForEnd } from "./wait-for-end.ts";

describe("who waits for the end of a run that another request caused", () => {
  let database: TestDatabase;
  let namespaceId: string;
  let executionId: string;
  const artifacts = {} as ArtifactStore;

  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(() => database[Symbol.asyncDispose]());
  beforeEach(async () => {
    const workflow = await aWorkflow(database);
    namespaceId = workflow.namespaceId;
    const [trigger] = await ensureTriggers(database, { namespaceId, workflowId: workflow.id }, [
      {
        handlerId: "h",
        provider: { type: "builtin", alias: "default" },
        type: "onWebhook",
        key: "h",
        input: {},
      },
    ]);
    executionId = newUuid();
    await database.query(
      `insert into executions (id, namespace_id, workflow_id, trigger_id, origin, mode, state)
       values ($1, $2, $3, $4, ${ExecutionOrigin.webhook}, ${ExecutionMode.ack}, ${ExecutionState.waiting})`,
      [executionId, namespaceId, workflow.id, trigger!.id],
    );
  });

  const set = (columns: string) =>
    database.query(`update executions set ${columns} where id = $1`, [executionId]);

  test("learns that it goes on, when its journal waits", async () => {
    await set("resumes = true");
    expect(await waitForEnd({ database, artifacts }, { namespaceId, executionId })).toMatchObject({
      state: "waiting",
    });
  });

  test("gets the answer that it gave before its journal waited", async () => {
    await set(`resumes = true, answer = '{"status":200,"headers":[]}', output = 'early'`);
    const end = await waitForEnd({ database, artifacts }, { namespaceId, executionId });
    expect(end).toEqual({
      state: "completed",
      answer: { header: { status: 200, headers: [] }, body: Buffer.from("early") },
    });
  });

  test("waits on while it waits for its turn, and asks nothing of the database any more when he leaves", async () => {
    const leaving = new AbortController();
    let asked = 0;
    // The caller leaves while his third question is being answered.
    const counting: Queryable = {
      query: async (text, values) => {
        const answer = await database.query(text, values);
        if (++asked === 3) leaving.abort();
        return answer as never;
      },
    };
    const end = await waitForEnd(
      { database: counting, artifacts },
      { namespaceId, executionId, signal: leaving.signal },
    );
    expect([end.state, asked]).toEqual(["waiting", 3]);
  });
});
