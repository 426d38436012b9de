import { setTimeout as delay } from "node:timers/promises";
import { FlowwError } from "@floww/contract/errors";
import { limits } from "@floww/contract/limits";
import { type ExitCode, exitCodes } from "../exit-code.ts";
import { printable } from "../printable.ts";
import type { Session } from "../session.ts";
import type { Terminal } from "../terminal.ts";
import { type ExecutionDetail, formatContent, formatRunError } from "./print-execution.ts";

/** Short at first, for most runs take milliseconds; then no more than the server should be asked. */
const POLL_MS = { first: 25, max: 1_000, growth: 1.5 };
/** A run may wait in the queue before it uses its own time. */
const WAIT_MS_MAX = 2 * limits.deadlineMsMax;

/** Waits for the end of an execution. @throws FlowwError CALLER_TIMED_OUT when it does not come */
export async function waitForExecution(
  { client, namespace }: Session,
  executionId: string,
): Promise<ExecutionDetail> {
  const params = { namespaceId: namespace.id, executionId };
  const deadline = Date.now() + WAIT_MS_MAX;
  for (let pauseMs = POLL_MS.first; ; pauseMs = Math.min(POLL_MS.max, pauseMs * POLL_MS.growth)) {
    const execution = await client.getExecution({ params });
    if (execution.finishedAt !== undefined) return execution;
    if (Date.now() > deadline) {
      throw new FlowwError("CALLER_TIMED_OUT", `${executionId} is still ${execution.status}.`, {
        fix: `It goes on. Look at it with \`floww executions show ${executionId}\`.`,
      });
    }
    await delay(pauseMs);
  }
}

/** What came out, on stdout; how it ended, as the exit code. */
export function printOutcome(terminal: Terminal, execution: ExecutionDetail, asJson: boolean): ExitCode {
  const isGood = execution.status === "completed";
  if (asJson) terminal.json(execution);
  else if (isGood && execution.output !== undefined)
    terminal.print(printable(formatContent(execution.output)));
  if (isGood) {
    if (!asJson && execution.output === undefined) terminal.note("It completed and returned nothing.");
    return exitCodes.ok;
  }
  const why = execution.error === undefined ? "" : `\n${printable(formatRunError(execution.error))}`;
  terminal.note(`The run ended as ${execution.status}.${why}`);
  return exitCodes.wentWrong;
}
