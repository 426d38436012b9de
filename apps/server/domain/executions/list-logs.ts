import type { Queryable } from "../../platform/db/database.ts";

export interface StoredLogLine {
  executionId: string;
  attempt: number;
  sequence: number;
  level: number;
  loggedAt: Date;
  text: Buffer;
  call: Buffer | null;
}

const LOG_PAGE = 1_000;

/** The lines of an attempt, by default of the newest that has any, after a sequence number. */
export async function listExecutionLogs(
  database: Queryable,
  executionId: string,
  { after, attempt }: { after: number; attempt?: number | undefined },
): Promise<StoredLogLine[]> {
  const found = await database.query<StoredLogLine>(
    `select execution_id as "executionId", attempt, sequence, level, logged_at as "loggedAt", text, vendor_call as call
     from execution_logs
     where execution_id = $1 and sequence > $2
       and attempt = coalesce($3::integer, (select max(attempt) from execution_logs where execution_id = $1))
     order by sequence limit ${LOG_PAGE}`,
    [executionId, after, attempt ?? null],
  );
  return found.rows;
}
