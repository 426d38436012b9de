import { formatId } from "@floww/contract/ids";
import { limits } from "@floww/contract/limits";
import type { Database } from "../../platform/db/database.ts";
import { loadClaimedEvent } from "../deliveries/load-claimed-event.ts";
import { runExecution } from "../executions/run-execution.ts";
import { runPolicyOf } from "../executions/run-policy.ts";
import { claimForSession } from "../executions/store.ts";
import type { RunContext } from "../executions/types.ts";
import { isConnected, type LiveSession } from "./dev-session-hub.ts";

const AT_ONCE = 20;

export interface RunWaitingContext extends RunContext {
  database: Database;
  report(error: unknown): void;
}

/** Starts what waits for a session's laptop, oldest first; nothing while no laptop is there. */
export async function runWaiting(context: RunWaitingContext, live: LiveSession): Promise<void> {
  if (!isConnected(live)) return;
  const { database, serverId } = context;
  const claim = { serverId, sessionId: live.session.id, waitHours: limits.devEventWaitHours, limit: AT_ONCE };
  const all = await claimForSession(database, claim);
  await context.runs.duringAll(all, () => startAll(context, live, all));
}

async function startAll(
  context: RunWaitingContext,
  live: LiveSession,
  all: Awaited<ReturnType<typeof claimForSession>>,
): Promise<void> {
  for (const claimed of all) {
    const event = await loadClaimedEvent(context, claimed, { isTakenUp: false });
    if (event === undefined) continue;
    const { namespaceId, workflowId, id: deploymentId } = live.session;
    const onLaptop = async () => {
      throw new TypeError("a laptop's code is not loaded here");
    };
    runExecution(context, {
      id: claimed.id,
      publicId: formatId("execution", claimed.id),
      namespaceId,
      target: { namespaceId, workflowId, deploymentId, bundle: onLaptop, env: onLaptop },
      handlerId: claimed.handlerId,
      attempt: claimed.attempt,
      interruptions: claimed.interruptions,
      lastLine: claimed.lastLine,
      loggedBytes: claimed.loggedBytes,
      epoch: claimed.epoch,
      policy: runPolicyOf(declaredInput(live, claimed.handlerId), {
        origin: claimed.origin,
        isAcknowledged: true,
      }),
      event,
      driver: live.driver,
      isAnswered: claimed.isAnswered,
    }).catch(context.report);
  }
}

/** As the code on the laptop declares it: the trigger's row holds what production does. */
function declaredInput({ session }: LiveSession, handlerId: string): Record<string, unknown> {
  return session.manifest.triggers.find((trigger) => trigger.handlerId === handlerId)?.input ?? {};
}
