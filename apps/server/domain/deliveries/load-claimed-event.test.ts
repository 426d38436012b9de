import { FlowwError } from "@floww/contract/errors";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { newUuid } from "../../platform/uuid-v7.ts";
import { aWorkflow } from "../../testing/builders.ts";
import { silentBells } from "../../testing/silent-bells.ts";
import { createTestDatabase, type TestDatabase } from "../../testing/test-database.ts";
import { claimExecutions } from "../executions/claim-executions.ts";
import { INTERRUPTIONS_MAX } from "../executions/decide-end.ts";
import { ExecutionMode, ExecutionOrigin, ExecutionState } from "../executions/states.ts";
import { type ClaimedExecution, promoteDue, renewLease } from "../executions/store.ts";
import { ensureTriggers } from "../triggers/store.ts";
import { createLedger, type Ledger, Verdict } from "./ledger.ts";
import { loadClaimedEvent } from "./load-claimed-event.ts";

describe("a claimed execution whose event cannot be read", () => {
  let database: TestDatabase;
  let ledger: Ledger;
  let ids: { namespaceId: string; workflowId: string; triggerId: string };
  /** Of the same workflow, with `onFailure`. */
  let toldTriggerId: string;
  const serverId = newUuid();
  let reported: unknown[];
  let wokenInMs: number[];

  beforeAll(async () => {
    database = await createTestDatabase();
    ledger = createLedger(() => database.connect());
    const workflow = await aWorkflow(database);
    const owner = { namespaceId: workflow.namespaceId, workflowId: workflow.id };
    const provider = { type: "builtin", alias: "default" };
    const declared = { handlerId: "h", provider, type: "onManual", key: "h", input: {} };
    const told = { ...declared, handlerId: "told", key: "told", input: { onFailure: true } };
    const triggers = await ensureTriggers(database, owner, [declared, told]);
    const idOf = (key: string) => triggers.find((trigger) => trigger.key === key)!.id;
    ids = { ...owner, triggerId: idOf("h") };
    toldTriggerId = idOf("told");
    await renewLease(database, serverId);
  });
  beforeEach(() => {
    [reported, wokenInMs] = [[], []];
  });
  afterAll(async () => {
    await ledger.close();
    await database[Symbol.asyncDispose]();
  });

  async function claimOne(): Promise<ClaimedExecution> {
    await database.query("update executions set due_at = now() where state = 1");
    await promoteDue(database, 10);
    const [claimed] = await claimExecutions(database, { serverId, limit: 10 });
    return claimed!;
  }

  async function claimNew(more: { triggerId?: string; deliveryId?: string } = {}): Promise<ClaimedExecution> {
    const row = {
      ...ids,
      id: newUuid(),
      deploymentId: null,
      deliveryId: null,
      origin: ExecutionOrigin.manual,
      mode: ExecutionMode.ack,
      owner: null,
      event: more.deliveryId === undefined ? Buffer.from(JSON.stringify({ type: "manual" })) : null,
      input: null,
      inputArtifact: more.deliveryId === undefined ? "hash" : null,
      replayOf: null,
      isKeyed: false,
      ...more,
    };
    await ledger.commit({ executions: [row] });
    return claimOne();
  }

  function load(claimed: ClaimedExecution, cause: Error, isTakenUp = true) {
    const artifacts = {
      put: async () => "hash",
      get: async () => {
        throw cause;
      },
    };
    const report = (error: unknown) => void reported.push(error);
    const wakeQueueIn = (ms: number) => void wokenInMs.push(ms);
    // Only these two are asked of the store.
    const asked = { artifacts: artifacts as never, report, wakeQueueIn };
    const context = { database, ledger, serverId, bells: silentBells, ...asked };
    return loadClaimedEvent(context, claimed, { isTakenUp });
  }

  async function read(id: string): Promise<{ state: number; attempt: number; code: string | undefined }> {
    const { rows } = await database.query<{ state: number; attempt: number; error: Buffer | null }>(
      "select state, attempt, error from executions where id = $1",
      [id],
    );
    const { state, attempt, error } = rows[0]!;
    return { state, attempt, code: error === null ? undefined : JSON.parse(error.toString()).code };
  }

  test.each([
    new Error("EIO: i/o error, read"),
    new FlowwError("ARTIFACTS_UNAVAILABLE", "The store is away."),
  ])(
    "now is put back, reported, and claimed again as another attempt, until that has been so often: %s",
    async (cause) => {
      let claimed = await claimNew();
      for (let attempt = 1; attempt < INTERRUPTIONS_MAX; attempt++) {
        expect(await load(claimed, cause)).toBeUndefined();
        expect(await read(claimed.id)).toMatchObject({ state: ExecutionState.waiting, attempt });
        claimed = await claimOne();
        expect(claimed.attempt).toBe(attempt + 1);
      }
      expect(await load(claimed, cause)).toBeUndefined();
      expect(await read(claimed.id)).toMatchObject({ state: ExecutionState.failed, code: "INTERNAL" });
      expect(reported).toEqual(Array.from({ length: INTERRUPTIONS_MAX }, () => cause));
      expect(wokenInMs).toHaveLength(INTERRUPTIONS_MAX - 1);
    },
  );

  test("any more, since it is gone, has failed with what is missing", async () => {
    const claimed = await claimNew();
    await load(claimed, new FlowwError("NOT_FOUND", "It is gone."));
    expect(await read(claimed.id)).toMatchObject({ state: ExecutionState.failed, code: "NOT_FOUND" });
    expect(reported).toEqual([]);
  });

  test("has failed where a caller waits for it, or a laptop", async () => {
    const claimed = await claimNew();
    await load(claimed, new Error("EIO"), false);
    expect(await read(claimed.id)).toMatchObject({ state: ExecutionState.failed, code: "INTERNAL" });
  });

  async function deliver(head: object): Promise<string> {
    const { namespaceId, workflowId } = ids;
    const id = newUuid();
    const delivery = {
      ...{ id, namespaceId, workflowId, triggerId: toldTriggerId, providerId: null },
      ...{ verdict: Verdict.accepted, remoteAddress: "127.0.0.1", head: JSON.stringify(head) },
      ...{ body: null, bodyArtifact: "hash" },
    };
    await ledger.commit({ deliveries: [delivery] });
    return id;
  }

  test("is told to its onFailure, which learns of all but the body", async () => {
    const gone = new FlowwError("NOT_FOUND", "It is gone.");
    const webhook = { type: "webhook", method: "POST", path: "/orders" };
    const causes = [
      { event: { type: "manual" }, more: {}, cause: gone, isTakenUp: true, code: "NOT_FOUND" },
      {
        event: webhook,
        more: { deliveryId: await deliver(webhook) },
        cause: new Error("EIO"),
        isTakenUp: false,
        code: "INTERNAL",
      },
    ];
    for (const { event, more, cause, isTakenUp, code } of causes) {
      const failed = await claimNew({ triggerId: toldTriggerId, ...more });
      await load(failed, cause, isTakenUp);
      expect(await read(failed.id)).toMatchObject({ state: ExecutionState.failed, code });
      expect(wokenInMs.splice(0)).toEqual([0]);
      const telling = await claimOne();
      expect(telling).toMatchObject({ origin: ExecutionOrigin.failure, handlerId: "told" });
      const told = await load(telling, gone);
      expect(told?.head).toMatchObject({ type: "failure", status: "failed", error: { code }, event });
      expect(told?.body).toHaveLength(0);
    }
  });
});
