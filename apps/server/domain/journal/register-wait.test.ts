import { expect, test } from "vitest";
import type { ArtifactStore } from "../../platform/blobs/artifact-store.ts";
import type { Database } from "../../platform/db/database.ts";
import { newUuid } from "../../platform/uuid-v7.ts";
import { aWorkflow } from "../../testing/builders.ts";
import { silentBells } from "../../testing/silent-bells.ts";
import { createTestDatabase } from "../../testing/test-database.ts";
import { cancelExecution } from "../executions/cancel-execution.ts";
import { ExecutionMode, ExecutionOrigin, ExecutionState } from "../executions/states.ts";
import { registerWait, type WaitContext } from "./register-wait.ts";

test("a run that is cancelled while it invokes another takes that along, or does not invoke it", async () => {
  await using database = await createTestDatabase();
  const { id: workflowId, namespaceId } = await aWorkflow(database);
  await database.query(
    `insert into triggers (id, namespace_id, workflow_id, handler_id, provider_type, provider_alias, type, key, input, deployment_id)
     values ($1, $2, $1, 'h', 'builtin', 'default', 'onManual', 'child', '{}', $1)`,
    [workflowId, namespaceId],
  );
  const run = { id: newUuid(), owner: newUuid(), epoch: 1, namespaceId, workflowId };
  await database.query(
    `insert into executions (id, namespace_id, workflow_id, trigger_id, origin, mode, state, owner, epoch)
     values ($1, $2, $3, $3, ${ExecutionOrigin.manual}, ${ExecutionMode.ack}, ${ExecutionState.started}, $4, 1)`,
    [run.id, namespaceId, workflowId, run.owner],
  );
  const nothing = () => undefined;
  const context: WaitContext = {
    ...{
      database,
      artifacts: {} as ArtifactStore,
      links: { create: nothing, read: nothing },
      bells: silentBells,
    },
    ...{ wakeQueue: nothing, wakeBatch: nothing, report: nothing },
  };
  const invoke = (key: string) =>
    registerWait(context, run, {
      ...{ key, position: 0 },
      wait: { kind: "invoke", trigger: "child", input: "{}", timeoutMs: 60_000 },
    });

  // The run is known to be started when it looks for the trigger: there it is held up, and the cancel comes.
  const client = await database.connect();
  await client.query("begin; lock table triggers in access exclusive mode");
  const invoking = invoke("held up");
  await untilBlocked(database, "from triggers");
  let isCancelled = false;
  const cancelling = cancelExecution({ database, wakeQueue: nothing }, namespaceId, run.id).then(() => {
    isCancelled = true;
  });
  await untilBlocked(database, "with recursive tree", () => isCancelled);
  await client.query("commit");
  await client.end();
  await Promise.all([invoking, cancelling]);
  await expect(invoke("too late")).rejects.toMatchObject({ code: "RUN_ENDED" });
  const { rows } = await database.query("select state from executions order by id");
  expect(rows).toEqual([{ state: ExecutionState.cancelled }, { state: ExecutionState.cancelled }]);
});

/** Until a statement with these words waits for somebody's lock. */
async function untilBlocked(database: Database, words: string, isOver = () => false): Promise<void> {
  const asked = `select from pg_stat_activity where datname = current_database() and position($1 in query) > 0
    and cardinality(pg_blocking_pids(pid)) > 0`;
  while (!isOver() && (await database.query(asked, [words])).rowCount === 0);
}
