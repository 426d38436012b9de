import type { ManualEventHead } from "@floww/contract/abi";
import { FlowwError } from "@floww/contract/errors";
import { formatId } from "@floww/contract/ids";
import type { Queryable } from "../../platform/db/database.ts";
import { newUuid } from "../../platform/uuid-v7.ts";
import { BIRTH_COLUMNS, birthParameters, birthValues } from "../executions/flow/birth-columns.ts";
import { planFlow } from "../executions/flow/plan-flow.ts";
import { settleDebounce } from "../executions/flow/settle-debounce.ts";
import type { RunIdentity } from "../executions/host-operations.ts";
import { ExecutionMode, ExecutionOrigin } from "../executions/states.ts";

interface Child {
  parent: RunIdentity;
  key: string;
  workflow?: string;
  trigger: string;
  input: string;
  /** Nobody waits for it: it is not cancelled with its parent. */
  isDetached?: true;
  /** It waits for others to be run with it: whoever makes batches is to look, once this is committed. */
  onGathering(batchKey: Buffer): void;
}

/** Records the run that another one invokes, in the caller's transaction. @throws FlowwError NOT_FOUND, JOURNAL_FULL */
export async function createChild(transaction: Queryable, child: Child): Promise<string> {
  const { parent, key, workflow, trigger, input } = child;
  if ((await depthOf(transaction, parent.id)) >= DEPTH_MAX)
    throw new FlowwError("JOURNAL_FULL", `Runs invoke runs ${DEPTH_MAX} deep; this one may go no deeper.`);
  const found = await transaction.query<{ id: string; workflowId: string; input: Buffer }>(
    `select t.id, t.workflow_id as "workflowId", t.input from triggers t join workflows w on w.id = t.workflow_id
     where t.namespace_id = $1 and t.provider_type = 'builtin' and t.type = 'onManual' and t.key = $2
       and t.deployment_id is not null
       and case when $3::text is null then w.id = $4 else w.name = $3 end`,
    [parent.namespaceId, trigger, workflow, parent.workflowId],
  );
  const target = found.rows[0];
  if (target === undefined) {
    const where = workflow === undefined ? "This workflow" : `The workflow "${workflow}"`;
    throw new FlowwError("NOT_FOUND", `${where} has no manual trigger "${trigger}" in its active version.`);
  }
  const id = newUuid();
  const head: ManualEventHead = { type: "manual", triggeredBy: formatId("execution", parent.id) };
  const body = Buffer.from(input);
  const called = { id: target.id, input: JSON.parse(target.input.toString("utf8")) };
  const plan = await planFlow(transaction, called, { head, body });
  await transaction.query(
    `insert into executions (id, namespace_id, workflow_id, trigger_id, origin, mode, event, input, parent_id, parent_key,
       ${BIRTH_COLUMNS})
     values ($1, $2, $3, $4, ${ExecutionOrigin.invoke}, ${ExecutionMode.ack}, $5, $6, $7, $8, ${birthValues(9)})`,
    [
      id,
      parent.namespaceId,
      target.workflowId,
      target.id,
      Buffer.from(JSON.stringify(head)),
      body,
      parent.id,
      child.isDetached === true ? null : key,
      ...birthParameters(plan),
    ],
  );
  if (plan?.debounce !== undefined && plan.refusal === undefined)
    await settleDebounce(transaction, plan.debounce, id);
  if (plan?.batch !== undefined) child.onGathering(plan.batch.key);
  return id;
}

const DEPTH_MAX = 20;

async function depthOf(transaction: Queryable, executionId: string): Promise<number> {
  const found = await transaction.query<{ depth: number }>(
    `with recursive above as (
       select id, parent_id, 1 as depth from executions where id = $1
       union all
       select e.id, e.parent_id, above.depth + 1 from executions e join above on e.id = above.parent_id
       where above.depth <= ${DEPTH_MAX}
     ) select max(depth)::integer as depth from above`,
    [executionId],
  );
  return found.rows[0]?.depth ?? 0;
}
