import type { CronEventHead } from "@floww/contract/abi";
import type { Queryable } from "../../platform/db/database.ts";
import { newUuid } from "../../platform/uuid-v7.ts";
import type { Bells } from "../live/namespace-bells.ts";
import { BIRTH_COLUMNS, birthParameters, birthValues } from "./flow/birth-columns.ts";
import { planFlow } from "./flow/plan-flow.ts";
import type { ControlledTrigger } from "./flow/read-controls.ts";
import { type TurnContext, takeTurn } from "./flow/take-turn.ts";
import { ExecutionMode, ExecutionOrigin, ExecutionState } from "./states.ts";

export interface Tick {
  namespaceId: string;
  workflowId: string;
  trigger: ControlledTrigger;
  expression: string;
  at: Date;
  /** Whether it may start while an earlier run of the trigger is not over. */
  overlap: boolean;
}

/** Records a tick and its execution in one commit. False when somebody had recorded it, or it is left out for overlap. */
export async function recordTick(context: TurnContext & { bells: Bells }, tick: Tick): Promise<boolean> {
  const { database } = context;
  const head: CronEventHead = {
    type: "cron",
    expression: tick.expression,
    scheduledAt: tick.at.toISOString(),
  };
  const plan = await planFlow(database, tick.trigger, { head, body: Buffer.alloc(0) });
  const id = newUuid();
  const recorded = await database.query(
    `with moved as (
       update triggers set ticked_until = greatest(ticked_until, $5) where id = $4
     ), tick as (
       insert into cron_ticks (trigger_id, tick_at, execution_id)
       select $4, $5, case when $7 or not exists (
         select from executions where workflow_id = $3 and trigger_id = $4 and state < ${ExecutionState.completed}
       ) then $1::uuid end
       on conflict do nothing
       returning execution_id
     )
     insert into executions (id, namespace_id, workflow_id, trigger_id, origin, mode, event,
       ${BIRTH_COLUMNS})
     select execution_id, $2, $3, $4, ${ExecutionOrigin.cron}, ${ExecutionMode.ack}, $6,
       ${birthValues(8)}
     from tick where execution_id is not null`,
    [
      id,
      tick.namespaceId,
      tick.workflowId,
      tick.trigger.id,
      tick.at,
      Buffer.from(JSON.stringify(head)),
      tick.overlap,
      ...birthParameters(plan),
    ],
  );
  if (recorded.rowCount !== 1) return false;
  await takeTurn(context, plan, { id });
  context.bells.executionChanged(tick.namespaceId, id);
  return true;
}

/** Recorded as one that causes nothing: it is not caught up with later either. */
export async function leaveOutTick(
  database: Queryable,
  { triggerId, at }: { triggerId: string; at: Date },
): Promise<void> {
  await database.query(
    `with moved as (update triggers set ticked_until = greatest(ticked_until, $2) where id = $1)
     insert into cron_ticks (trigger_id, tick_at) values ($1, $2) on conflict do nothing`,
    [triggerId, at],
  );
}

/** Ticks are kept long enough that no server can still think one due. */
const KEEP_TICKS = "3 days";

/** `batch` of them at most; resolves with how many those were. It goes from trigger to trigger, over old ticks alone: most are not. */
export async function forgetOldTicks(database: Queryable, batch: number): Promise<number> {
  const forgotten = await database.query(
    `with recursive schedules as (
       (select trigger_id from cron_ticks order by trigger_id limit 1)
       union all
       select (select trigger_id from cron_ticks where trigger_id > schedules.trigger_id order by trigger_id limit 1)
       from schedules where trigger_id is not null
     ), old as (
       select tick.trigger_id, tick.tick_at from schedules, lateral (
         select trigger_id, tick_at from cron_ticks
         where trigger_id = schedules.trigger_id and tick_at < now() - interval '${KEEP_TICKS}'
         order by tick_at limit $1 for update skip locked
       ) as tick limit $1
     )
     delete from cron_ticks using old where cron_ticks.trigger_id = old.trigger_id and cron_ticks.tick_at = old.tick_at`,
    [batch],
  );
  return forgotten.rowCount ?? 0;
}
