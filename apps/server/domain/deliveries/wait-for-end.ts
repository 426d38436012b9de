import { setTimeout as delay } from "node:timers/promises";
import { FlowwError, isErrorCode } from "@floww/contract/errors";
import type { RunEnd } from "@floww/executor/host";
import type { ArtifactStore } from "../../platform/blobs/artifact-store.ts";
import type { Queryable } from "../../platform/db/database.ts";
import { ExecutionState } from "../executions/states.ts";
import { type ExecutionDetail, findExecutionDetail } from "../executions/store.ts";

/** Short at first, for most runs take milliseconds. */
const POLL_MS = { first: 20, max: 1_000, growth: 1.6 };
/** A caller is gone long before. */
const WAIT_MS_MAX = 15 * 60_000;

/**
 * The end of an execution that another request caused, or an earlier attempt, wherever it runs: its answer is this request's
 * too. One whose journal waits has none yet, for days perhaps; nor does one that `signal` says is not waited for any more.
 */
export async function waitForEnd(
  { database, artifacts }: { database: Queryable; artifacts: ArtifactStore },
  {
    namespaceId,
    executionId,
    signal,
  }: { namespaceId: string; executionId: string; signal?: AbortSignal | undefined },
): Promise<RunEnd> {
  const deadline = Date.now() + WAIT_MS_MAX;
  for (
    let pauseMs = POLL_MS.first;
    signal?.aborted !== true;
    pauseMs = Math.min(POLL_MS.max, pauseMs * POLL_MS.growth)
  ) {
    const execution = await findExecutionDetail(database, namespaceId, executionId);
    if (execution === undefined) throw new FlowwError("NOT_FOUND", "The execution is no longer kept.");
    const { state, resumes } = execution;
    if (state >= ExecutionState.completed) return endOf(execution, artifacts);
    if (state === ExecutionState.waiting && resumes)
      return execution.answer === null ? GOES_ON : answerOf(execution, artifacts);
    if (Date.now() > deadline) throw new FlowwError("CALLER_TIMED_OUT");
    await delay(pauseMs, undefined, { ...(signal && { signal }) }).catch(() => undefined);
  }
  return GOES_ON;
}

const GOES_ON: RunEnd = { state: "waiting", keys: [] };

async function endOf(execution: ExecutionDetail, artifacts: ArtifactStore): Promise<RunEnd> {
  const { state, error } = execution;
  if (state === ExecutionState.completed) return answerOf(execution, artifacts);
  const stored = JSON.parse(error?.toString("utf8") ?? "{}") as { code?: unknown };
  const { code, message } = new FlowwError(isErrorCode(stored.code) ? stored.code : "INTERRUPTED");
  return { state: "failed", error: { code, name: "FlowwError", message } };
}

async function answerOf(
  { answer, output, outputArtifact, namespaceId }: ExecutionDetail,
  artifacts: ArtifactStore,
): Promise<RunEnd> {
  if (answer === null) return { state: "completed" };
  const body =
    outputArtifact === null ? (output ?? Buffer.alloc(0)) : await artifacts.get(namespaceId, outputArtifact);
  return { state: "completed", answer: { header: JSON.parse(answer.toString("utf8")), body } };
}
