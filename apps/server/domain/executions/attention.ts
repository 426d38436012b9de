import type { Queryable } from "../../platform/db/database.ts";
import { uuidFloor } from "../../platform/uuid-v7.ts";
import { ExecutionState } from "./states.ts";

const DAY_MS = 24 * 60 * 60 * 1000;
const DEAD_LETTER_DAYS = 7;
/** A thousand are as alarming as more. */
const DEAD_LETTERS_MAX = 1_000;

/** By workflow, the newest thousand of a week; what somebody has replayed since is being looked at. */
export async function listDeadLetters(
  database: Queryable,
  namespaceId: string,
  limit: number,
): Promise<{ workflowId: string; name: string; count: number }[]> {
  const found = await database.query<{ workflowId: string; name: string; count: number }>(
    `select w.id as "workflowId", w.name, count(*)::integer as count
     from (
       select id, workflow_id from executions where namespace_id = $1 and is_dead and id >= $2
       order by id desc limit ${DEAD_LETTERS_MAX}
     ) as dead join workflows w on w.id = dead.workflow_id
     where w.deleted_at is null
       and not exists (select from executions r where r.replay_of = dead.id and r.id >= $2)
     group by w.id, w.name order by count desc, w.name limit $3`,
    [namespaceId, uuidFloor(Date.now() - DEAD_LETTER_DAYS * DAY_MS), limit],
  );
  return found.rows;
}

/** By the provider whose credential they wait for. */
export async function listRunsHeld(
  database: Queryable,
  namespaceId: string,
  limit: number,
): Promise<{ providerId: string; type: string; alias: string; count: number }[]> {
  const found = await database.query<{ providerId: string; type: string; alias: string; count: number }>(
    `select p.id as "providerId", p.type, p.alias, count(*)::integer as count
     from providers p join executions e on e.held_by = p.id
     where p.namespace_id = $1 and e.namespace_id = $1 and e.state = ${ExecutionState.waiting}
     group by p.id, p.type, p.alias order by count desc limit $2`,
    [namespaceId, limit],
  );
  return found.rows;
}
