import { type ErrorCode, FlowwError } from "@floww/contract/errors";
import { afterAll, beforeAll, expect, test } from "vitest";
import { newUuid } from "../../platform/uuid-v7.ts";
import { aWorkflow } from "../../testing/builders.ts";
import { createTestDatabase, type TestDatabase } from "../../testing/test-database.ts";
import { encodeReason } from "../executions/flow/cancel-runs.ts";
import { ExecutionState } from "../executions/states.ts";
import { createEventKey, type EventKey, findFirstEvent } from "./delivery-keys.ts";

let database: TestDatabase;
let owner: { namespaceId: string; id: string };
const triggerId = newUuid();
beforeAll(async () => {
  database = await createTestDatabase();
  owner = await aWorkflow(database);
});
afterAll(() => database[Symbol.asyncDispose]());

const keyOf = (key: string, body = "body") => createEventKey({ triggerId, key, body: Buffer.from(body) });

/** The first event with a key; without a state its execution was never recorded. */
async function seen(key: EventKey, state: number | undefined, hoursAgo = 0): Promise<string> {
  const executionId = newUuid();
  await database.query(
    `insert into delivery_keys (trigger_id, key, execution_id, body_hash, created_at)
     values ($1, $2, $3, $4, now() - make_interval(hours => $5))`,
    [triggerId, key.key, executionId, key.bodyHash, hoursAgo],
  );
  if (state !== undefined)
    await database.query(
      `insert into executions (id, namespace_id, workflow_id, trigger_id, origin, mode, state) values ($1, $2, $3, $4, 1, 1, $5)`,
      [executionId, owner.namespaceId, owner.id, triggerId, state],
    );
  return executionId;
}

const { received, waiting, started, completed, failed, timed_out, cancelled, interrupted } = ExecutionState;

test("a copy of one that lives is a copy, of one that failed its replay", async () => {
  for (const state of [received, waiting, started, completed]) {
    const key = keyOf(`lives ${state}`);
    const executionId = await seen(key, state);
    expect(await findFirstEvent(database, key)).toEqual({ standing: "alive", executionId });
  }
  for (const state of [failed, timed_out, interrupted]) {
    const key = keyOf(`failed ${state}`);
    const executionId = await seen(key, state);
    expect(await findFirstEvent(database, key)).toEqual({ standing: "failed", executionId });
  }
});

test("a copy of one that was ended on purpose is a copy, of one that was told to come again its replay", async () => {
  const cancelledFor = async (code: ErrorCode) => {
    const key = keyOf(code);
    const id = await seen(key, cancelled);
    await database.query("update executions set error = $2 where id = $1", [
      id,
      encodeReason(new FlowwError(code)),
    ]);
    return (await findFirstEvent(database, key))!.standing;
  };
  expect(await cancelledFor("RUN_CANCELLED")).toBe("alive");
  expect(await cancelledFor("RUN_REPLACED")).toBe("alive");
  expect(await cancelledFor("RUN_DEBOUNCED")).toBe("alive");
  expect(await cancelledFor("RUN_RATE_LIMITED")).toBe("failed");
  expect(await cancelledFor("RUN_DROPPED")).toBe("failed");
  expect(await cancelledFor("RUN_EXPIRED")).toBe("failed");
});

test("the same key for something else is told so, within the window; past it everything is new", async () => {
  const executionId = await seen(keyOf("reused"), completed);
  const reused = await findFirstEvent(database, keyOf("reused", "other"));
  expect(reused).toEqual({ standing: "other-body", executionId });
  for (const body of ["body", "other"]) {
    const past = keyOf(`past ${body}`);
    const old = await seen(past, completed, 73);
    const found = await findFirstEvent(database, keyOf(`past ${body}`, body));
    expect(found).toEqual({ standing: "past", executionId: old });
  }
});

test("a laptop's events are not production's, nor another laptop's", () => {
  const event = { triggerId, key: "k", body: Buffer.from("b") };
  const keys = [undefined, newUuid(), newUuid()].map((session) =>
    createEventKey(event, session).key.toString(),
  );
  expect(new Set(keys).size).toBe(3);
});
