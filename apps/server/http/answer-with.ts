import { FlowwError } from "@floww/contract/errors";
import type { AnswerHeader } from "@floww/contract/frames";
import { limits } from "@floww/contract/limits";
import type { AwaitedRun } from "../domain/deliveries/record-event.ts";
import type { AnswerWriter } from "./answer-writer.ts";

/** Gives the caller what the run ends with, or says after the longest wait what becomes of it. */
export async function answerWith(
  writer: AnswerWriter,
  { executionId, end: pending, giveUp }: AwaitedRun,
  { waitMs = limits.callerWaitMs }: { waitMs?: number } = {},
): Promise<void> {
  const timer = setTimeout(
    () => writer.giveUpWaiting(giveUp?.() ?? goesOn(executionId, waitMs), executionId),
    waitMs,
  );
  const end = await pending.finally(() => clearTimeout(timer));
  if (end.state === "waiting") {
    // It has no answer yet, and may wait for days.
    writer.answer(accepted, Buffer.from(JSON.stringify({ executionId })));
    writer.end();
    return;
  }
  if (end.state !== "completed") {
    // The author reads the error in the execution; a stranger learns only that there was one.
    const { code, retry } = end.error;
    writer.fail(new FlowwError(code), executionId, typeof retry === "object" ? retry.afterMs : undefined);
    return;
  }
  if (end.answer !== undefined) writer.answer(end.answer.header, end.answer.body);
  writer.end();
}

function goesOn(executionId: string, waitMs: number): FlowwError {
  const message = `The handler gave no answer within ${waitMs / 1000} s; execution ${executionId} goes on.`;
  return new FlowwError("CALLER_TIMED_OUT", message);
}

/** For who need not wait: it is recorded, and runs. */
export const accepted: AnswerHeader = { status: 202, headers: [["content-type", "application/json"]] };
