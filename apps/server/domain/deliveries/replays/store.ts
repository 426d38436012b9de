import type { Queryable } from "../../../platform/db/database.ts";
import type { EditedInput } from "./edited-input.ts";
import type { Selection } from "./select-items.ts";

export const ReplayState = { running: 0, done: 1, cancelled: 2 } as const;

/** One replay of many. */
export interface Replay {
  id: string;
  namespaceId: string;
  selection: Selection;
  isOriginal: boolean;
  input: Buffer | null;
  inputArtifact: string | null;
  rate: number;
  state: number;
  total: number;
  replayed: number;
  skipped: number;
  problem: string | null;
  cursor: string;
  createdBy: string;
  createdAt: Date;
  finishedAt: Date | null;
  /** How often it could not go on from its cursor. */
  failures: number;
}

const COLUMNS = `id, namespace_id as "namespaceId", selection, is_original as "isOriginal", input,
  input_artifact as "inputArtifact", rate, state, total, replayed, skipped, problem, cursor, created_by as "createdBy",
  created_at as "createdAt", finished_at as "finishedAt", failures`;

export type NewReplay = Pick<
  Replay,
  "id" | "namespaceId" | "selection" | "isOriginal" | "rate" | "total" | "createdBy"
> & { edited: EditedInput | undefined };

export async function insertReplay(database: Queryable, row: NewReplay): Promise<Replay> {
  const { edited } = row;
  const inserted = await database.query<Replay>(
    `insert into replays (id, namespace_id, selection, is_original, input, input_artifact, rate, total, created_by)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9) returning ${COLUMNS}`,
    [
      row.id,
      row.namespaceId,
      JSON.stringify(row.selection),
      row.isOriginal,
      edited === undefined || edited.artifact !== null ? null : edited.bytes,
      edited?.artifact ?? null,
      row.rate,
      row.total,
      row.createdBy,
    ],
  );
  return inserted.rows[0]!;
}

export async function countRunning(database: Queryable, namespaceId: string): Promise<number> {
  const counted = await database.query<{ count: number }>(
    `select count(*)::integer as count from replays where namespace_id = $1 and state = ${ReplayState.running}`,
    [namespaceId],
  );
  return counted.rows[0]!.count;
}

export async function findReplay(
  database: Queryable,
  namespaceId: string,
  id: string,
): Promise<Replay | undefined> {
  const found = await database.query<Replay>(
    `select ${COLUMNS} from replays where namespace_id = $1 and id = $2`,
    [namespaceId, id],
  );
  return found.rows[0];
}

export async function listReplays(
  database: Queryable,
  namespaceId: string,
  { beforeId, limit }: { beforeId: string | undefined; limit: number },
): Promise<Replay[]> {
  const found = await database.query<Replay>(
    `select ${COLUMNS} from replays where namespace_id = $1 and ($2::uuid is null or id < $2)
     order by id desc limit $3`,
    [namespaceId, beforeId, limit],
  );
  return found.rows;
}

/** Undefined when it was not running any more. */
export async function cancelReplay(
  database: Queryable,
  namespaceId: string,
  id: string,
): Promise<Replay | undefined> {
  const updated = await database.query<Replay>(
    `update replays set state = ${ReplayState.cancelled}, finished_at = now()
     where namespace_id = $1 and id = $2 and state = ${ReplayState.running} returning ${COLUMNS}`,
    [namespaceId, id],
  );
  return updated.rows[0];
}

/** The one that has been due for longest; the transaction holds it, and with the transaction's end somebody else may. */
export async function claimDueReplay(transaction: Queryable): Promise<Replay | undefined> {
  const claimed = await transaction.query<Replay>(
    `select ${COLUMNS} from replays where state = ${ReplayState.running} and due_at <= now()
     order by due_at limit 1 for update skip locked`,
  );
  return claimed.rows[0];
}

export interface ReplayProgress {
  id: string;
  cursor: string;
  replayed: number;
  skipped: number;
  problem: string | null;
  isDone: boolean;
  pauseMs: number;
}

export async function moveReplay(transaction: Queryable, progress: ReplayProgress): Promise<void> {
  const { id, cursor, replayed, skipped, problem, isDone, pauseMs } = progress;
  await transaction.query(
    `update replays set cursor = $2, replayed = replayed + $3, skipped = skipped + $4, problem = coalesce($5, problem),
       state = case when $6 then ${ReplayState.done} else state end, finished_at = case when $6 then now() end,
       due_at = now() + $7 * interval '1 millisecond', failures = 0
     where id = $1`,
    [id, cursor, replayed, skipped, problem, isDone, pauseMs],
  );
}

/** It has been put off often enough. */
export async function giveUpReplay(
  database: Queryable,
  { id, problem }: { id: string; problem: string },
): Promise<void> {
  await database.query(
    `update replays set state = ${ReplayState.cancelled}, finished_at = now(), problem = $2
     where id = $1 and state = ${ReplayState.running}`,
    [id, problem],
  );
}

/** It could not go on: others do, and it is tried again after a pause. */
export async function putOffReplay(
  database: Queryable,
  { id, pauseMs }: { id: string; pauseMs: number },
): Promise<void> {
  await database.query(
    `update replays set failures = failures + 1, due_at = now() + $2 * interval '1 millisecond'
     where id = $1 and state = ${ReplayState.running}`,
    [id, pauseMs],
  );
}

/** How long until the next one is due, in milliseconds; undefined when none is under way. */
export async function nextDueMs(database: Queryable): Promise<number | undefined> {
  const found = await database.query<{ ms: number | null }>(
    `select (extract(epoch from min(due_at) - now()) * 1000)::double precision as ms
     from replays where state = ${ReplayState.running}`,
  );
  return found.rows[0]?.ms ?? undefined;
}
