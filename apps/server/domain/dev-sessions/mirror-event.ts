import { FlowwError } from "@floww/contract/errors";
import { createDevExecution } from "./create-dev-execution.ts";
import type { DevSessionHub } from "./dev-session-hub.ts";
import { type RunWaitingContext, runWaiting } from "./run-waiting.ts";

export interface MirrorContext
  extends RunWaitingContext,
    Omit<Parameters<typeof createDevExecution>[0], "wakeQueue"> {
  devSessions: DevSessionHub;
}

/**
 * Gives an event of the live version to laptops that asked for a copy, each as a replay of its execution. The live run is
 * neither kept waiting nor told: what does not reach a laptop is missing there and nowhere else.
 */
export function mirrorEvent(
  context: MirrorContext,
  { workflowId, executionId }: { workflowId: string; executionId: string },
): void {
  for (const live of context.devSessions.tapping(workflowId)) {
    const wakeQueue = () => void runWaiting(context, live).catch(context.report);
    createDevExecution({ ...context, wakeQueue }, live, { type: "replay", executionId }, "tap").catch(
      (error: unknown) => {
        // The laptop's code has no such handler, or too many events wait for it already.
        if (!(error instanceof FlowwError) || error.fault === "ours") context.report(error);
      },
    );
  }
}
