import { expect, test } from "vitest";
import { newUuid } from "../../platform/uuid-v7.ts";
import { aWorkflow } from "../../testing/builders.ts";
import { createTestDatabase } from "../../testing/test-database.ts";
import { INTERRUPTIONS_MAX } from "../executions/decide-end.ts";
import { ExecutionMode, ExecutionOrigin, ExecutionState } from "../executions/states.ts";
import { reapOrphans } from "../executions/store.ts";
import { ensureTriggers } from "../triggers/store.ts";
import { createLedger, Verdict } from "./ledger.ts";
import { reapRuns } from "./reap-runs.ts";

test("onFailure is told of what a lost server's end has ended, in the same commit, and of nothing that runs again", async () => {
  await using opened = new AsyncDisposableStack();
  const database = opened.use(await createTestDatabase());
  const ledger = opened.adopt(
    createLedger(() => database.connect()),
    (made) => made.close(),
  );
  const { id: workflowId, namespaceId } = await aWorkflow(database);
  const declared = (handlerId: string, input: Record<string, unknown>) => ({
    ...{
      handlerId,
      provider: { type: "builtin", alias: "default" },
      type: "onWebhook",
      key: handlerId,
      input,
    },
  });
  const triggers = await ensureTriggers(database, { namespaceId, workflowId }, [
    declared("told", { onFailure: true }),
    declared("silent", {}),
  ]);
  const triggerOf = (key: string) => triggers.find((trigger) => trigger.key === key)!.id;
  const head = { type: "webhook", method: "POST", path: "/orders" };
  const deliveryId = newUuid();
  await ledger.commit({
    deliveries: [
      {
        ...{ id: deliveryId, namespaceId, workflowId, triggerId: triggerOf("told"), providerId: null },
        ...{ verdict: Verdict.accepted, remoteAddress: "127.0.0.1", head: JSON.stringify(head) },
        ...{ body: Buffer.from("body"), bodyArtifact: null },
      },
    ],
  });
  const start = async (key: string, mode: number, event: object | null, origin: number) => {
    const row = {
      ...{
        id: newUuid(),
        namespaceId,
        workflowId,
        triggerId: triggerOf(key),
        deploymentId: null,
        origin,
        mode,
      },
      ...{ deliveryId: event === null ? deliveryId : null, owner: newUuid(), isKeyed: false, replayOf: null },
      ...{
        event: event && Buffer.from(JSON.stringify(event)),
        input: event && Buffer.from("7"),
        inputArtifact: null,
      },
    };
    await ledger.commit({ executions: [row] });
    return row.id;
  };
  const { webhook, manual, failure, dev } = ExecutionOrigin;
  const called = await start("told", ExecutionMode.handler, null, webhook);
  const tried = await start("told", ExecutionMode.ack, { type: "manual" }, manual);
  await database.query(
    `insert into execution_attempts (execution_id, attempt, started_at, ended_at, state)
     select $1, 0 - attempt, now(), now(), ${ExecutionState.interrupted} from generate_series(1, ${INTERRUPTIONS_MAX}) as attempt`,
    [tried],
  );
  const again = await start("told", ExecutionMode.ack, null, webhook);
  await start("silent", ExecutionMode.handler, null, webhook);
  await start("told", ExecutionMode.handler, { type: "failure" }, failure);
  await start("told", ExecutionMode.handler, null, dev);
  const lost = { code: "INTERRUPTED", name: "FlowwError", message: "The server ended." };
  const changed = await reapRuns(database, (transaction) =>
    reapOrphans(transaction, Buffer.from(JSON.stringify(lost))),
  );
  const { rows } = await database.query<{
    id: string;
    failedId: string;
    event: Buffer;
    input: Buffer | null;
  }>(
    `select e.id, e.parent_id as "failedId", e.delivery_id as "deliveryId", e.state, e.event, e.input, e.xmin = failed.xmin as "isSameCommit"
     from executions e join executions failed on failed.id = e.parent_id order by failed.id`,
  );
  const isSameCommit = true;
  expect(rows).toMatchObject([
    { failedId: called, deliveryId, state: ExecutionState.received, input: null, isSameCommit },
    {
      failedId: tried,
      deliveryId: null,
      state: ExecutionState.received,
      input: Buffer.from("7"),
      isSameCommit,
    },
  ]);
  expect(rows.map(({ event }) => JSON.parse(event.toString()))).toMatchObject([
    { type: "failure", status: "interrupted", attempts: 1, error: lost, event: head },
    { type: "failure", status: "interrupted", attempts: 1, error: lost, event: { type: "manual" } },
  ]);
  const ids = changed.map(({ id }) => id);
  expect(ids).toHaveLength(6 + rows.length);
  expect(ids).toEqual(expect.arrayContaining([again, ...rows.map(({ id }) => id)]));
});
