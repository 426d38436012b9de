import { FlowwError } from "@floww/contract/errors";
import type { Queryable } from "../../platform/db/database.ts";
import { newUuid } from "../../platform/uuid-v7.ts";
import { JournalState } from "./states.ts";

/** What an execution journalled before it asked for one of its steps. */
export interface JournalPart {
  executionId: string;
  beforePosition: number;
}

/** @throws FlowwError NOT_FOUND with the steps that there are */
export async function findPartBefore(
  database: Queryable,
  executionId: string,
  step: string,
): Promise<JournalPart> {
  const found = await database.query<{ key: Buffer; position: number }>(
    "select key, position from journal_entries where execution_id = $1 order by position limit $2",
    [executionId, SHOWN_MAX],
  );
  const wanted = await database.query<{ position: number }>(
    "select position from journal_entries where execution_id = $1 and key = $2",
    [executionId, Buffer.from(step)],
  );
  const position = wanted.rows[0]?.position;
  if (position !== undefined) return { executionId, beforePosition: position };
  const names = found.rows.map(({ key }) => JSON.stringify(key.toString("utf8"))).join(", ");
  throw new FlowwError("NOT_FOUND", `The execution has journalled no step ${JSON.stringify(step)}.`, {
    fix: names === "" ? "It has journalled nothing: replay all of it." : `It has: ${names}.`,
  });
}

const SHOWN_MAX = 20;

/** Only what was settled well: what failed, or never came, is done again. */
export async function copyJournal(
  transaction: Queryable,
  { executionId, beforePosition }: JournalPart,
  toId: string,
): Promise<void> {
  await transaction.query(
    `insert into journal_entries (execution_id, namespace_id, key, position, kind, state, value, value_artifact, attempts,
       created_at, settled_at, write_id)
     select $3, namespace_id, key, position, kind, state, value, value_artifact, attempts, created_at, settled_at, $4
     from journal_entries where execution_id = $1 and position < $2 and state = ${JournalState.completed}`,
    [executionId, beforePosition, toId, newUuid()],
  );
}
