import { FlowwError } from "@floww/contract/errors";
import { type AnswerAsk, type RunCalls, readAsk } from "@floww/executor/host";
import type { ServerContext } from "../../context.ts";
import type { HostedRun } from "../../domain/executions/host-operations.ts";
import type { RouteHandlers } from "../route-handler.ts";

export const runHandlers: Pick<RouteHandlers, "callFromRun"> = {
  callFromRun: async ({ body }, { context, run, callerGone }) => {
    const answer = parse(body);
    return answer(context.remoteRuns.find(run) ?? callsOf(context, run), callerGone);
  },
};

function parse(body: Buffer): AnswerAsk {
  try {
    return readAsk(body);
  } catch (cause) {
    if (!(cause instanceof FlowwError)) throw cause;
    throw new FlowwError("INPUT_INVALID", cause.message, { cause });
  }
}

/** A run of another server: it asks here, by way of whatever stands before both. */
function callsOf({ openHost }: ServerContext, run: HostedRun): RunCalls {
  // Opened long ago, as far as this server can tell: whether it still runs is asked each time.
  return openHost(run, Number.NEGATIVE_INFINITY);
}
