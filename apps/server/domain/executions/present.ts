import type { content, execution, executionDetail, logLine } from "@floww/contract/api";
import { formatId } from "@floww/contract/ids";
import type { z } from "zod";
import type { ArtifactStore } from "../../platform/blobs/artifact-store.ts";
import type { EndedAttempt } from "./list-attempts.ts";
import type { StoredLogLine } from "./list-logs.ts";
import { presentAttempts, presentTiming } from "./present-attempts.ts";
import { ExecutionState, executionOriginName, executionStateName, LogLevelNumber } from "./states.ts";
import type { Execution, ExecutionDetail } from "./store.ts";

export function presentExecution(row: Execution): z.input<typeof execution> {
  return {
    id: formatId("execution", row.id),
    workflowId: formatId("workflow", row.workflowId),
    workflowName: row.workflowName,
    triggerId: formatId("trigger", row.triggerId),
    handlerId: row.handlerId,
    ...(row.deploymentId === null ? {} : { deploymentId: formatId("deployment", row.deploymentId) }),
    ...(row.version === null ? {} : { version: row.version }),
    origin: executionOriginName(row.origin),
    // A batch names itself until its events have heard of its end.
    ...(row.batchId === null || row.batchId === row.id
      ? {}
      : { batchId: formatId("execution", row.batchId) }),
    status: executionStateName(row.state),
    ...(row.heldBy === null || row.state !== ExecutionState.waiting
      ? {}
      : { heldBy: formatId("provider", row.heldBy) }),
    attempt: row.attempt,
    createdAt: row.createdAt.toISOString(),
    ...(row.startedAt === null ? {} : { startedAt: row.startedAt.toISOString() }),
    ...(row.finishedAt === null ? {} : { finishedAt: row.finishedAt.toISOString() }),
    ...(row.runMs === null ? {} : { durationMs: row.runMs }),
    ...(row.error === null ? {} : { error: JSON.parse(row.error.toString("utf8")) }),
  };
}

interface DetailParts {
  /** The head and the bytes that came with it, read by the room that keeps them. */
  event: { head: object; body: Uint8Array };
  attempts: readonly EndedAttempt[];
  artifacts: ArtifactStore;
}

export async function presentExecutionDetail(
  row: ExecutionDetail,
  { event, attempts, artifacts }: DetailParts,
): Promise<z.input<typeof executionDetail>> {
  const answer = row.answer === null ? undefined : JSON.parse(row.answer.toString("utf8"));
  const output =
    row.outputArtifact === null ? row.output : await artifacts.get(row.namespaceId, row.outputArtifact);
  return {
    ...presentExecution(row),
    attempts: presentAttempts(row, attempts),
    timing: presentTiming(row),
    ...(row.deliveryId === null ? {} : { deliveryId: formatId("delivery", row.deliveryId) }),
    ...(row.replayOf === null ? {} : { replayOf: formatId("execution", row.replayOf) }),
    event: event.head as z.input<typeof executionDetail>["event"],
    ...(event.body.byteLength === 0 ? {} : { input: presentContent(event.body) }),
    ...(answer === undefined ? {} : { answer }),
    ...(output === null ? {} : { output: presentContent(output) }),
  };
}

export function presentLogLine(row: StoredLogLine): z.input<typeof logLine> {
  return {
    executionId: formatId("execution", row.executionId),
    sequence: row.sequence,
    attempt: row.attempt,
    level: levelName(row.level),
    at: row.loggedAt.toISOString(),
    text: row.text.toString("utf8"),
    ...(row.call === null ? {} : { call: JSON.parse(row.call.toString("utf8")) }),
  };
}

function levelName(level: number): keyof typeof LogLevelNumber {
  if (level >= LogLevelNumber.error) return "error";
  if (level >= LogLevelNumber.warn) return "warn";
  return level >= LogLevelNumber.info ? "info" : "debug";
}

/** Bytes as a reader can use them. */
export function presentContent(bytes: Uint8Array): z.input<typeof content> {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    try {
      return { kind: "json", value: JSON.parse(text) };
    } catch {
      return { kind: "text", value: text };
    }
  } catch {
    return { kind: "base64", value: Buffer.from(bytes).toString("base64") };
  }
}
