import type { WireEvent } from "@floww/contract/abi";
import { FlowwError } from "@floww/contract/errors";
import type { Database } from "../../platform/db/database.ts";
import { hasLaptopRoom, laptopFull } from "../deliveries/laptop-room.ts";
import { loadEvent } from "../deliveries/load-event.ts";
import { type EnqueueContext, enqueueExecution } from "../executions/enqueue-execution.ts";
import { ExecutionOrigin } from "../executions/states.ts";
import { findExecutionDetail } from "../executions/store.ts";
import { checkManualInput } from "../triggers/check-manual-input.ts";
import type { Trigger } from "../triggers/store.ts";
import type { LiveSession } from "./dev-session-hub.ts";

export type LocalEvent =
  | { type: "cron"; handlerId: string; scheduledAt: string }
  | { type: "manual"; handlerId: string; input?: unknown }
  | { type: "replay"; executionId: string };

export interface CreateContext extends EnqueueContext {
  database: Database;
}

/** Records an event for the laptop: its own tick, a manual run, or a recorded event of anywhere in the workflow. */
export async function createDevExecution(
  context: CreateContext,
  live: LiveSession,
  local: LocalEvent,
  triggeredBy: string,
): Promise<string> {
  if (!(await hasLaptopRoom(context.database, live.session.id))) throw laptopFull();
  const { trigger, event, replayOf } = await resolveEvent(context, live, local, triggeredBy);
  return enqueueExecution(context, {
    namespaceId: live.session.namespaceId,
    workflowId: live.session.workflowId,
    trigger,
    origin: ExecutionOrigin.dev,
    deploymentId: live.session.id,
    event,
    ...(replayOf === undefined ? {} : { replayOf }),
  });
}

interface Resolved {
  trigger: Trigger;
  event: WireEvent;
  replayOf?: string;
}

async function resolveEvent(
  context: CreateContext,
  live: LiveSession,
  local: LocalEvent,
  triggeredBy: string,
): Promise<Resolved> {
  if (local.type === "replay") return resolveReplay(context, live, local.executionId);
  const trigger = getTrigger(live, ({ handlerId }) => handlerId === local.handlerId, local.handlerId);
  if (local.type === "cron") {
    const { expression } = declaredInput(live, trigger) as { expression: string };
    return {
      trigger,
      event: { head: { type: "cron", expression, scheduledAt: local.scheduledAt }, body: Buffer.alloc(0) },
    };
  }
  checkManualInput({ ...trigger, input: declaredInput(live, trigger) }, local.input);
  const body = local.input === undefined ? Buffer.alloc(0) : Buffer.from(JSON.stringify(local.input));
  return { trigger, event: { head: { type: "manual", triggeredBy }, body } };
}

async function resolveReplay(
  context: CreateContext,
  live: LiveSession,
  executionId: string,
): Promise<Resolved> {
  const original = await findExecutionDetail(context.database, live.session.namespaceId, executionId);
  if (original === undefined || original.workflowId !== live.session.workflowId) {
    throw new FlowwError("NOT_FOUND", "This workflow has no such execution.");
  }
  const trigger = getTrigger(live, ({ id }) => id === original.triggerId, original.handlerId);
  return { trigger, event: await loadEvent(context, original), replayOf: executionId };
}

function getTrigger(live: LiveSession, isWanted: (trigger: Trigger) => boolean, handlerId: string): Trigger {
  const trigger = live.triggers.find(isWanted);
  if (trigger !== undefined) return trigger;
  throw new FlowwError("STATE_CONFLICT", `The code in this dev session has no handler "${handlerId}".`);
}

/** The row may hold production's input; the laptop's is in its manifest. */
function declaredInput(live: LiveSession, trigger: Trigger): Record<string, unknown> {
  return (
    live.session.manifest.triggers.find(({ handlerId }) => handlerId === trigger.handlerId)?.input ??
    trigger.input
  );
}
