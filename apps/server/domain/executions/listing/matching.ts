import { uuidFloor } from "../../../platform/uuid-v7.ts";
import { ExecutionState } from "../states.ts";
import type { ExecutionFilter } from "./execution-filter.ts";
import { TRACK, trackOf, tracks } from "./track.ts";

/** Past every UUIDv7. */
const LAST = "ffffffff-ffff-ffff-ffff-ffffffffffff";

export interface Reading {
  /** Of `executions e`; `id` among them. */
  columns: string;
  order: "asc" | "desc";
  limit: number;
  /** After this one in the order. */
  afterId?: string | undefined;
  /** Older than this one. */
  untilId?: string | undefined;
  /** Only what has not finished. */
  isUnfinished?: boolean;
  /** More conditions over `executions e`. */
  and?: readonly string[];
}

interface Statement {
  text: string;
  values: unknown[];
}

/**
 * The first executions that fit, in the order of receipt, for any mix of filters without going over those that do not fit:
 * each trigger and track is an index of its own, in the order of ids, of which at most `limit` are read. Partitions
 * that the bounds leave out are not looked at, and later ones only when earlier ones had too few.
 */
export function matchingSql(filter: ExecutionFilter, reading: Reading): Statement {
  const values: unknown[] = [];
  const bind = (value: unknown) => `$${values.push(value)}`;
  const { columns, order, and = [] } = reading;
  const inOrder = `order by e.id ${order} limit ${bind(reading.limit)}`;
  const namespaceId = bind(filter.namespaceId);
  const bounds = boundsOf(filter, reading).map(([operator, id]) => `e.id ${operator} ${bind(id)}::uuid`);
  const conditions = [`e.namespace_id = ${namespaceId}`, ...bounds, ...and];
  const { state } = filter;
  if (isFew(reading, state)) {
    const of = [
      ...(reading.isUnfinished === true ? [`state < ${ExecutionState.completed}`] : []),
      ...(state === undefined ? [] : [`state = ${state}`]),
    ].join(" and ");
    const where = [...conditions, ...plainConditions(filter, bind)].join(" and ");
    // The fence keeps the planner on the index of what is unfinished, which is short.
    return {
      text: `select ${columns} from (select * from executions where ${of} offset 0) e where ${where} ${inOrder}`,
      values,
    };
  }
  const sources = [`unnest(${bind(tracksOf(state))}::smallint[]) as given (track)`];
  conditions.push(
    `${TRACK} = given.track`,
    ...(state === ExecutionState.completed ? [`e.state = ${state}`] : []),
  );
  if (hasTrigger(filter)) {
    sources.push(`(${triggersSql(filter, { namespaceId, bind })}) as source`);
    conditions.push("e.trigger_id = source.id");
  }
  if (filter.deploymentId !== undefined) conditions.push(`e.deployment_id = ${bind(filter.deploymentId)}`);
  const each = `select ${columns} from executions e where ${conditions.join(" and ")} ${inOrder}`;
  return { text: `select e.* from ${sources.join(", ")}, lateral (${each}) as e ${inOrder}`, values };
}

/** How many fit, as `count`; all of them are gone over. */
export function countingSql(
  filter: ExecutionFilter,
  of: Pick<Reading, "untilId" | "isUnfinished" | "and">,
): Statement {
  const values: unknown[] = [];
  const bind = (value: unknown) => `$${values.push(value)}`;
  const namespaceId = bind(filter.namespaceId);
  const conditions = [
    `e.namespace_id = ${namespaceId}`,
    ...boundsOf(filter, { ...of, order: "asc" }).map(
      ([operator, id]) => `e.id ${operator} ${bind(id)}::uuid`,
    ),
    ...plainConditions(filter, bind),
    ...(of.and ?? []),
  ];
  const { state } = filter;
  if (state !== undefined) conditions.push(`e.state = ${state}`);
  if (isFew(of, state)) conditions.push(`e.state < ${ExecutionState.completed}`);
  else if (state !== undefined) conditions.push(`${TRACK} = ${trackOf(state)}`);
  // There is no index of a workflow's.
  if (filter.workflowId !== undefined)
    conditions.push(`e.trigger_id in (${triggersSql(filter, { namespaceId, bind })})`);
  return {
    text: `select count(*)::integer as count from executions e where ${conditions.join(" and ")}`,
    values,
  };
}

/** What has not finished, or is under way: a short list of its own, whatever else is asked for. */
function isFew({ isUnfinished = false }: Pick<Reading, "isUnfinished">, state: number | undefined): boolean {
  return isUnfinished || state === ExecutionState.received || state === ExecutionState.started;
}

function tracksOf(state: number | undefined): readonly number[] {
  return state === undefined ? tracks : [trackOf(state)];
}

function hasTrigger({ workflowId, triggerId, deploymentId }: ExecutionFilter): boolean {
  return workflowId !== undefined || triggerId !== undefined || deploymentId !== undefined;
}

type Bind = (value: unknown) => string;

/** Filters that contradict one another leave no trigger, and nothing is read. */
function triggersSql(
  { workflowId, triggerId, deploymentId }: ExecutionFilter,
  { namespaceId, bind }: { namespaceId: string; bind: Bind },
): string {
  const conditions = [`t.namespace_id = ${namespaceId}`];
  if (workflowId !== undefined) conditions.push(`t.workflow_id = ${bind(workflowId)}`);
  if (triggerId !== undefined) conditions.push(`t.id = ${bind(triggerId)}`);
  if (deploymentId !== undefined)
    conditions.push(`t.workflow_id = (select workflow_id from deployments where id = ${bind(deploymentId)})`);
  return `select t.id from triggers t where ${conditions.join(" and ")}`;
}

function plainConditions({ workflowId, triggerId, deploymentId }: ExecutionFilter, bind: Bind): string[] {
  const given = Object.entries({
    workflow_id: workflowId,
    trigger_id: triggerId,
    deployment_id: deploymentId,
  });
  return given.flatMap(([column, id]) => (id === undefined ? [] : [`e.${column} = ${bind(id)}`]));
}

/** Ids begin with the instant of receipt, and they are what tables are cut by. */
function boundsOf(
  { fromMs, toMs }: ExecutionFilter,
  { order, afterId, untilId = LAST }: Pick<Reading, "order" | "afterId" | "untilId">,
): [string, string][] {
  const bounds: [string, string][] = [
    [">=", uuidFloor(fromMs ?? 0)],
    ["<", toMs === undefined ? LAST : uuidFloor(toMs)],
    ["<", untilId],
  ];
  if (afterId !== undefined) bounds.push([order === "desc" ? "<" : ">", afterId]);
  return bounds;
}
