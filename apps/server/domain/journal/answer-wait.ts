import { FlowwError } from "@floww/contract/errors";
import { encodeValue } from "@floww/sdk/value-codec";
import type { Database } from "../../platform/db/database.ts";
import { settleWait } from "./settle-wait.ts";
import { JournalKindNumber } from "./states.ts";
import { findWait, type OutsideWait } from "./store.ts";

export interface AnswerContext {
  database: Database;
  wakeQueue(): void;
}

export const COMMENT_CHARACTERS_MAX = 2_000;

/** What a run that waits for an approval gets. */
export interface ApprovalGiven {
  approved: boolean;
  by: string | undefined;
  comment: string | undefined;
}

/** @throws FlowwError NOT_FOUND when nothing waits any more under this id, or another kind of thing */
export async function getWait(
  { database }: Pick<AnswerContext, "database">,
  { id, namespaceId, kind }: { id: string | undefined; namespaceId?: string; kind: "approval" | "callback" },
): Promise<OutsideWait> {
  const wait = id === undefined ? undefined : await findWait(database, namespaceId, id);
  if (wait?.kind === JournalKindNumber[kind]) return wait;
  throw new FlowwError("NOT_FOUND", `No run waits for this ${kind}: it was answered, or its time is over.`);
}

/** @throws FlowwError STATE_CONFLICT when somebody was faster */
export async function answerWait(
  { database, wakeQueue }: AnswerContext,
  { executionId, key }: OutsideWait,
  value: unknown,
): Promise<void> {
  const encoded = encodeValue(value);
  const isOurs = await database.transaction((transaction) =>
    settleWait(transaction, { executionId, key, value: encoded }),
  );
  if (!isOurs) throw new FlowwError("STATE_CONFLICT", "This wait was answered just now.");
  wakeQueue();
}

export function approvalValue({ approved, by, comment }: ApprovalGiven) {
  const kept = comment?.trim().slice(0, COMMENT_CHARACTERS_MAX) ?? "";
  return {
    approved,
    ...(by === undefined ? {} : { by }),
    ...(kept === "" ? {} : { comment: kept }),
    at: new Date(),
  };
}
