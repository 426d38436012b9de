import type { WireEvent } from "@floww/contract/abi";
import { FlowwError } from "@floww/contract/errors";
import type { Queryable } from "../../../platform/db/database.ts";
import type { LaneResult } from "../../../platform/db/lane.ts";
import type { ExecutionLedger } from "../execution-ledger.ts";
import type { LogRow, NewExecutionRow } from "../ledger-fragments.ts";
import { LogLevelNumber } from "../states.ts";
import { encodeReason } from "./cancel-runs.ts";
import { Beginning, type ControlledRow } from "./controlled-fragment.ts";
import { type CopyKey, countWithin, SEEN, takePlace } from "./meter.ts";
import { type ControlledTrigger, type Controls, readControls } from "./read-controls.ts";

/** How one event's execution begins, by what its trigger says. */
export interface FlowPlan extends Controls {
  beginning: ControlledRow["beginning"];
  delayMs: number;
  /** Of `cancelled`: why, and when the same would be let in. */
  refusal?: { error: FlowwError; retryAfterMs: number };
  /** It is a copy that no limit counted: one that runs all the same is planned again. */
  isUncounted?: boolean;
}

/**
 * The one place that says what flow control makes of an event; asked wherever an execution is born, before it is recorded.
 * Undefined for a trigger that says nothing. A place that is taken here and never used (the server dies) is lost: nothing
 * else is.
 */
export function planFlow(
  database: Queryable,
  trigger: ControlledTrigger,
  event: WireEvent,
  copies: Copies = {},
): Promise<FlowPlan> | undefined {
  const controls = readControls(trigger, event);
  // Said at once: nearly every event is of such a trigger.
  if (controls === undefined) return undefined;
  const { idempotency } = controls;
  // What the trigger says comes before what the sender says.
  const key = idempotency ? { ...idempotency, triggerId: trigger.id } : copies.sentKey;
  return planControlled(database, controls, copies.areCounted ? undefined : key);
}

export interface Copies {
  /** What the sender says that tells copies of the event. */
  sentKey?: CopyKey | undefined;
  /** This one is a copy, and runs all the same. */
  areCounted?: true;
}

async function planControlled(
  database: Queryable,
  controls: Controls,
  copyKey: CopyKey | undefined,
): Promise<FlowPlan> {
  const { rateLimit, throttle, debounce, batch, flowKey } = controls;
  const retryAfterMs = rateLimit === undefined ? undefined : await countWithin(database, rateLimit, copyKey);
  if (typeof retryAfterMs === "number") {
    const error = new FlowwError("RUN_RATE_LIMITED");
    return { ...controls, beginning: Beginning.cancelled, delayMs: 0, refusal: { error, retryAfterMs } };
  }
  const place = throttle === undefined ? 0 : await takePlace(database, throttle, copyKey);
  const isUncounted = retryAfterMs === SEEN || place === SEEN;
  const delayMs = (place === SEEN ? 0 : place) + (debounce?.periodMs ?? 0) + (batch?.maxWaitMs ?? 0);
  if (delayMs > 0) return { ...controls, beginning: Beginning.later, delayMs, isUncounted };
  const beginning = flowKey === null ? Beginning.usual : Beginning.held;
  return { ...controls, beginning, delayMs: 0, isUncounted };
}

/** A new execution, and what its trigger makes of it. */
export interface Birth {
  row: NewExecutionRow & { isKeyed: boolean };
  flow: FlowPlan | undefined;
}

type BirthRows = Required<
  Pick<Parameters<ExecutionLedger["commit"]>[0], "executions" | "controlled" | "logs">
>;

/** In the lane's words: rows of the usual fragment, or of the one that knows flow control. */
export function birthsOf(births: readonly Birth[]): BirthRows {
  const rows: BirthRows = { executions: [], controlled: [], logs: [] };
  for (const { row, flow } of births) {
    if (flow === undefined) rows.executions.push(row);
    else {
      rows.controlled.push(controlledRow(row, flow));
      if (flow.missing.length > 0) rows.logs.push(warningOf(row.id, flow));
    }
  }
  return rows;
}

export function wasBorn(recorded: LaneResult, id: string): boolean {
  return recorded.has("executions", id) || recorded.has("controlled", id);
}

function controlledRow(row: NewExecutionRow & { isKeyed: boolean }, plan: FlowPlan): ControlledRow {
  const { priority, flowKey, ttlMs, beginning, delayMs, refusal, batch } = plan;
  const error = refusal === undefined ? null : encodeReason(refusal.error);
  return {
    ...row,
    priority,
    flowKey,
    ttlMs,
    beginning,
    delayMs: Math.round(delayMs),
    error,
    batchKey: batch?.key ?? null,
  };
}

/** A run's own lines begin with 1. */
const BEFORE_FIRST = 0;

/** Nobody else would tell the author that a path leads nowhere. */
function warningOf(id: string, { missing }: FlowPlan): LogRow {
  const text = `FLOW_PATH_EMPTY: The event has nothing at ${missing.join(", ")}: all such events share one key.`;
  const line = { executionId: id, attempt: 1, sequence: BEFORE_FIRST, level: LogLevelNumber.warn };
  return { ...line, atMs: Date.now(), text: Buffer.from(text), call: null };
}
