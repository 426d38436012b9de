import type { ApprovalOutcome } from "@floww/providers/server";
import { decodeValue, encodeValue } from "@floww/sdk/value-codec";
import type { Queryable } from "../../platform/db/database.ts";
import { ExecutionState } from "../executions/states.ts";
import { type AnswerContext, type ApprovalGiven, approvalValue } from "./answer-wait.ts";
import { settleWait } from "./settle-wait.ts";
import { JournalKindNumber, JournalState } from "./states.ts";

/** An approval that a run of the namespace asked for, decided or not. */
export interface AskedApproval {
  id: string;
  namespaceId: string;
  executionId: string;
  key: Buffer;
  /** Undefined while it can be decided. */
  outcome: ApprovalOutcome | undefined;
}

/** Undefined for another namespace's, and once the run is forgotten. */
export async function findApproval(
  database: Queryable,
  { id, namespaceId }: { id: string | undefined; namespaceId: string },
): Promise<AskedApproval | undefined> {
  if (id === undefined) return undefined;
  const found = await database.query<ApprovalRow>(
    `select w.execution_id as "executionId", w.key, w.due_at > now() as "isInTime", e.state, e.value,
       x.state < ${ExecutionState.completed} as "isAlive"
     from journal_waits w join executions x on x.id = w.execution_id
     left join journal_entries e on e.execution_id = w.execution_id and e.key = w.key
     where w.id = $1 and w.namespace_id = $2 and w.kind = ${JournalKindNumber.approval}`,
    [id, namespaceId],
  );
  const row = found.rows[0];
  if (row === undefined) return undefined;
  const { executionId, key } = row;
  return { id, namespaceId, executionId, key, outcome: outcomeOf(row) };
}

interface ApprovalRow {
  executionId: string;
  key: Buffer;
  isInTime: boolean;
  isAlive: boolean;
  /** None where the attempt that asked failed: the next one asks again. */
  state: number | null;
  value: Buffer | null;
}

function outcomeOf({ state, value, isInTime, isAlive }: ApprovalRow): ApprovalOutcome | undefined {
  if (state === JournalState.completed && value !== null) {
    // What `approvalValue` made.
    const given = decodeValue(value.toString("utf8")) as ReturnType<typeof approvalValue>;
    return { kind: "decided", ...given };
  }
  if (state === JournalState.failed || !isInTime) return { kind: "timed-out" };
  return isAlive ? undefined : { kind: "ended" };
}

/** Decides it unless somebody has, and says what became of it. Once for all that decide at the same moment. */
export async function decideApproval(
  { database, wakeQueue }: AnswerContext,
  { id, namespaceId, executionId, key, outcome }: AskedApproval,
  given: ApprovalGiven,
): Promise<ApprovalOutcome> {
  if (outcome !== undefined) return outcome;
  const value = approvalValue(given);
  const isOurs = await database.transaction((transaction) =>
    settleWait(transaction, { executionId, key, value: encodeValue(value) }),
  );
  if (isOurs) {
    wakeQueue();
    return { kind: "decided", ...value };
  }
  const now = await findApproval(database, { id, namespaceId });
  return now?.outcome ?? { kind: "timed-out" };
}
