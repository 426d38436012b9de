import type { Queryable } from "../../platform/db/database.ts";
import { type StartHistory, withHistory } from "./start-history.ts";
import { ExecutionOrigin, ExecutionState } from "./states.ts";
import { CLAIM, type ClaimedExecution } from "./store.ts";

/** As the index `executions_ready` has it. */
const READY = `state = ${ExecutionState.received} and origin <> ${ExecutionOrigin.dev}`;

/** Of one claim. More than these have their turn in the next one, which begins after the last of them. */
const NAMESPACES_MAX = 50;

/** Namespaces that have something to claim, in the order of their ids, beginning after one of them. */
async function listReady(database: Queryable, after: string): Promise<string[]> {
  const found = await database.query<{ id: string }>(
    `with recursive later (id, count) as (
       (select namespace_id, 1 from executions where ${READY} and namespace_id > $1 order by namespace_id limit 1)
       union all
       select (select e.namespace_id from executions e where ${READY} and e.namespace_id > later.id
         order by e.namespace_id limit 1), count + 1
       from later where later.id is not null and count < ${NAMESPACES_MAX}
     ) select id from later where id is not null`,
    [after],
  );
  return found.rows.map(({ id }) => id);
}

/** The same, beginning after the one that came last, and then from the first. */
async function listInTurn(database: Queryable, after: string | undefined): Promise<string[]> {
  const first = await listReady(database, FIRST);
  if (after === undefined) return first;
  const later =
    first.length < NAMESPACES_MAX ? first.filter((id) => id > after) : await listReady(database, after);
  return [...later, ...first.filter((id) => id <= after)].slice(0, NAMESPACES_MAX);
}

const FIRST = "00000000-0000-0000-0000-000000000000";

export interface Claim {
  serverId: string;
  limit: number;
  /** The namespace that the last claim ended with. */
  after?: string | undefined;
  /** How many more of a namespace this server may run. */
  roomFor?(namespaceId: string): number;
}

/**
 * Takes up to `limit` ready executions for this server; no two servers get the same one. The version is bound here. Each
 * namespace with ready work gets the same share, by priority and then by receipt, and what one leaves goes to the others:
 * however long the queue of one is, another's next run is as near as if there were none.
 */
export async function claimExecutions(
  database: Queryable,
  { serverId, limit, after, roomFor = () => limit }: Claim,
): Promise<ClaimedExecution[]> {
  const ready = await listInTurn(database, after);
  const rooms = ready.map((namespaceId) => ({ namespaceId, room: Math.max(0, roomFor(namespaceId)) }));
  const shares = shareOut(
    rooms.map(({ room }) => room),
    limit,
  );
  if (shares.every((share) => share === 0)) return [];
  // The shares are within the limit; said once more, it keeps the planner from walking the whole queue to join it.
  const claimed = await database.query<Omit<ClaimedExecution, keyof StartHistory>>(
    `with next as (
       select mine.id from unnest($2::uuid[], $3::integer[]) as share (namespace_id, count) cross join lateral (
         select e.id from executions e where e.namespace_id = share.namespace_id and ${READY}
           and (e.expires_at is null or e.expires_at > now())
           and e.workflow_id not in (select id from workflows where paused_at is not null)
         order by e.priority desc, e.id limit share.count for update skip locked) as mine
       limit $4
     ), claimed as (${CLAIM})
     select claimed.*, d.bundle_hash as "bundleHash", d.placed from claimed left join deployments d on d.id = claimed."deploymentId"`,
    [serverId, rooms.map(({ namespaceId }) => namespaceId), shares, limit],
  );
  return withHistory(database, claimed.rows);
}

/** The same for each, as far as each has room; what is left over goes to whoever has more. */
export function shareOut(rooms: readonly number[], limit: number): number[] {
  const shares = rooms.map(() => 0);
  let left = limit;
  for (let open = rooms.filter((room) => room > 0).length; left > 0 && open > 0; ) {
    const each = Math.max(1, Math.floor(left / open));
    open = 0;
    for (const [index, room] of rooms.entries()) {
      const given = Math.min(each, room - shares[index]!, left);
      shares[index] = shares[index]! + given;
      left -= given;
      if (shares[index]! < room) open += 1;
    }
  }
  return shares;
}
