import type { Queryable } from "../../platform/db/database.ts";

/** One that was not the last. */
export interface EndedAttempt {
  attempt: number;
  startedAt: Date;
  endedAt: Date;
  state: number;
  error: Buffer | null;
}

/** Oldest first. */
export async function listEndedAttempts(database: Queryable, executionId: string): Promise<EndedAttempt[]> {
  const found = await database.query<EndedAttempt>(
    `select attempt, started_at as "startedAt", ended_at as "endedAt", state, error
     from execution_attempts where execution_id = $1 order by attempt`,
    [executionId],
  );
  return found.rows;
}
