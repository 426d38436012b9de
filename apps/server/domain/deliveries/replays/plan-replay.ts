import type { WireEventHead } from "@floww/contract/abi";
import { FlowwError } from "@floww/contract/errors";
import { limits } from "@floww/contract/limits";
import type { Queryable } from "../../../platform/db/database.ts";
import { findDeployment } from "../../deployments/store.ts";
import { ExecutionOrigin } from "../../executions/states.ts";
import { findPartBefore } from "../../journal/copy-journal.ts";
import { findTrigger, type Trigger } from "../../triggers/store.ts";
import { findWorkflow } from "../../workflows/store.ts";
import { Verdict } from "../ledger.ts";
import { type DeliveryDetail, findDelivery, listCaused } from "../store.ts";
import { checkEdited, type EditedInput } from "./edited-input.ts";
import { findRecorded, type RecordedExecution } from "./find-recorded.ts";
import { type MatchContext, matchDelivery } from "./match-delivery.ts";
import type { ReplayRow } from "./replay-row.ts";

export interface ReplayOptions {
  /** On the version that ran it then, in the place of the one that is live. */
  isOriginal: boolean;
  input: EditedInput | undefined;
  /** An execution begins with this one of its steps. */
  fromStep?: string | undefined;
}

/** @throws FlowwError NOT_FOUND, STATE_CONFLICT with what is missing, INPUT_INVALID */
export async function planExecutionReplay(
  { database }: { database: Queryable },
  recorded: RecordedExecution,
  { isOriginal, input, fromStep }: ReplayOptions,
): Promise<ReplayRow> {
  const { id, namespaceId, workflowId, triggerId, deliveryId } = recorded;
  const trigger = await getTrigger(database, recorded, isOriginal);
  const deploymentId = isOriginal ? await getOriginal(database, recorded) : null;
  if (fromStep !== undefined && input !== undefined)
    throw new FlowwError("INPUT_INVALID", "What the steps came to was for another input.", {
      fix: "Give either another input or a step to begin with.",
    });
  const restart = fromStep === undefined ? {} : { restart: await findPartBefore(database, id, fromStep) };
  const row = { namespaceId, workflowId, triggerId, deploymentId, deliveryId, replayOf: id, ...restart };
  const head = await getHead(database, recorded);
  if (input === undefined) {
    const { event, input: body, inputArtifact } = recorded;
    return { ...row, event, input: body, inputArtifact };
  }
  checkEdited(head, trigger, input);
  return { ...row, ...withInput(head, input) };
}

/** One row for each trigger that it is for: of now, or on the original version those that it ran then. */
export async function planDeliveryReplay(
  context: MatchContext,
  delivery: DeliveryDetail,
  options: ReplayOptions,
): Promise<ReplayRow[]> {
  const { id: deliveryId, namespaceId, verdict } = delivery;
  if (verdict === Verdict.tooLarge)
    throw new FlowwError("STATE_CONFLICT", "It was over a limit, and its body was not kept.");
  if (options.input === undefined && isCut(delivery))
    throw new FlowwError(
      "STATE_CONFLICT",
      `Only the first ${limits.refusedBytesMax} bytes of its body were kept.`,
      {
        fix: "Ask its sender to send it again, or replay it with another body.",
      },
    );
  const caused = await listCaused(context.database, namespaceId, deliveryId);
  if (options.isOriginal) {
    const first = caused.filter(({ replayOf }) => replayOf === null);
    if (first.length === 0)
      throw new FlowwError("STATE_CONFLICT", "It never ran, so there is no original version.");
    return Promise.all(
      first.map(async ({ id }) =>
        planExecutionReplay(context, await getRecorded(context.database, namespaceId, id), options),
      ),
    );
  }
  const matched = await matchDelivery(context, delivery);
  const latest = new Map(caused.map(({ triggerId, id }) => [triggerId, id]));
  return matched.map(({ trigger, head }) => {
    const { workflowId, id: triggerId } = trigger;
    const row = { namespaceId, workflowId, triggerId, deploymentId: null, deliveryId };
    const replayOf = latest.get(triggerId) ?? null;
    if (options.input !== undefined)
      return { ...row, replayOf, ...withInput(head ?? delivery.head, options.input) };
    const event = head === undefined ? null : Buffer.from(JSON.stringify(head));
    return { ...row, replayOf, event, input: null, inputArtifact: null };
  });
}

/** Of what was refused no more is kept than the bound; one of just that size says so in its head. */
function isCut({ verdict, body, head }: DeliveryDetail): boolean {
  if (verdict !== Verdict.noRoute && verdict !== Verdict.badSignature) return false;
  const announced = head.headers.find(([name]) => name === "content-length")?.[1];
  return body?.byteLength === limits.refusedBytesMax && Number(announced) !== limits.refusedBytesMax;
}

/** @throws FlowwError NOT_FOUND */
export async function getRecorded(
  database: Queryable,
  namespaceId: string,
  id: string,
): Promise<RecordedExecution> {
  const recorded = await findRecorded(database, namespaceId, id);
  if (recorded !== undefined) return recorded;
  throw new FlowwError("NOT_FOUND", "There is no such execution in this namespace.");
}

function withInput(head: WireEventHead, { bytes, artifact }: EditedInput) {
  return {
    event: Buffer.from(JSON.stringify(head)),
    input: artifact === null ? bytes : null,
    inputArtifact: artifact,
  };
}

async function getTrigger(
  database: Queryable,
  { namespaceId, triggerId, workflowId, handlerId }: RecordedExecution,
  isOriginal: boolean,
): Promise<Trigger> {
  const trigger = await findTrigger(database, namespaceId, triggerId);
  const isThere = trigger !== undefined && (isOriginal || trigger.deploymentId !== null);
  if (!isThere)
    throw new FlowwError("STATE_CONFLICT", `The active version has no handler "${handlerId}".`, {
      fix: "Deploy a version that has it, roll back to one, or replay it on the original version.",
    });
  if ((await findWorkflow(database, namespaceId, workflowId)) === undefined)
    throw new FlowwError("STATE_CONFLICT", "Its workflow was deleted.");
  return trigger;
}

async function getOriginal(
  database: Queryable,
  { namespaceId, deploymentId, origin }: RecordedExecution,
): Promise<string> {
  const isLaptops = origin === ExecutionOrigin.dev;
  const found =
    deploymentId === null || isLaptops
      ? undefined
      : await findDeployment(database, namespaceId, deploymentId);
  if (found !== undefined) return found.id;
  const why = isLaptops ? "It ran on a laptop" : "It never started";
  throw new FlowwError("STATE_CONFLICT", `${why}, so there is no original version to run it on.`, {
    fix: "Replay it on the current version.",
  });
}

/** Also the proof that the event is still kept: an execution outlives its delivery when it was replayed late. */
async function getHead(
  database: Queryable,
  { namespaceId, event, deliveryId }: RecordedExecution,
): Promise<WireEventHead> {
  if (event !== null) return JSON.parse(event.toString("utf8")) as WireEventHead;
  const delivery = deliveryId === null ? undefined : await findDelivery(database, namespaceId, deliveryId);
  if (delivery === undefined)
    throw new FlowwError("NOT_FOUND", "The event of this execution is no longer kept.");
  return delivery.head;
}
