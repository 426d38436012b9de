import {
  ANSWER_SYMBOL,
  type ErrorAnswer,
  type ExecutionScope,
  type TriggerRegistration,
  type WireEvent,
} from "@floww/contract/abi";
import { FlowwError } from "@floww/contract/errors";
import type { InvokeResult } from "../test-host.ts";

export interface TestRun {
  registration: TriggerRegistration;
  event: WireEvent;
}

export const TEST_WORKFLOW_ID = "wf_00000000000000000000000001";

type Within = <T>(scope: ExecutionScope, work: () => Promise<T>) => Promise<T>;
type Answer = NonNullable<InvokeResult["response"]>;

/** One handler after the other; the first error and the first answer are what the test gets. */
export async function runHandlers(runs: readonly TestRun[], within: Within): Promise<InvokeResult> {
  if (runs.length === 0) {
    const error = new FlowwError("NOT_FOUND", "No handler listens for this event.");
    return { success: false, error, logs: [] };
  }
  const results: InvokeResult[] = [];
  for (const run of runs) results.push(await runHandler(run, within));
  const error = results.find((result) => result.error !== undefined)?.error;
  const response = results.find((result) => result.response !== undefined)?.response;
  return {
    success: error === undefined,
    ...(error === undefined ? {} : { error }),
    ...(response === undefined ? {} : { response }),
    logs: results.flatMap(({ logs }) => logs),
  };
}

async function runHandler({ registration, event }: TestRun, within: Within): Promise<InvokeResult> {
  const logs: InvokeResult["logs"] = [];
  const ended = new AbortController();
  let early: Answer | undefined;
  const scope: ExecutionScope = {
    executionId: "exe_00000000000000000000000001",
    workflowId: TEST_WORKFLOW_ID,
    deploymentId: "dep_00000000000000000000000001",
    attempt: 1,
    signal: ended.signal,
    log: (level, text) => {
      logs.push({ level, text });
    },
    respond: async (value) => {
      if (early !== undefined) throw new FlowwError("ALREADY_ANSWERED");
      early = await answerOf(value);
    },
  };
  try {
    const value = await within(scope, () => registration.run(scope, event));
    return { success: true, response: early ?? (await answerOf(value)), logs };
  } catch (thrown) {
    const error =
      thrown instanceof Error ? thrown : new TypeError(`Thrown: ${String(thrown)}`, { cause: thrown });
    const response = early ?? answerOfError(thrown);
    return { success: false, error, ...(response === undefined ? {} : { response }), logs };
  } finally {
    ended.abort();
  }
}

async function answerOf(value: unknown): Promise<Answer> {
  if (value === undefined) return { status: 204, body: undefined };
  if (!(value instanceof Response)) return { status: 200, body: value };
  const text = await value.text();
  const isJson = value.headers.get("content-type")?.includes("json") === true;
  return { status: value.status, body: isJson ? JSON.parse(text) : text };
}

function answerOfError(thrown: unknown): Answer | undefined {
  if (typeof thrown !== "object" || thrown === null) return undefined;
  const answer = (thrown as { [ANSWER_SYMBOL]?: ErrorAnswer })[ANSWER_SYMBOL];
  return answer === undefined ? undefined : { status: answer.status, body: answer.body };
}
