import { FlowwError } from "@floww/contract/errors";
import type { Manifest } from "@floww/contract/manifest";
import type { RuntimeTarget } from "@floww/executor/host";
import { createWorkflowRoutes, type WorkflowRoutes } from "../triggers/route-table.ts";
import type { Trigger } from "../triggers/store.ts";
import type { DevSession } from "./store.ts";

/** The session's own addresses: the same matching as production's, over what the laptop's code declares. */
export function createDevRoutes(session: DevSession, triggers: readonly Trigger[]): WorkflowRoutes {
  const declared = new Map(session.manifest.triggers.map((trigger) => [trigger.handlerId, trigger]));
  const routed = triggers.flatMap((trigger) => {
    const now = declared.get(trigger.handlerId);
    if (now === undefined) return [];
    // Identity is the row's; what it listens for is what the laptop says now.
    return [
      {
        ...trigger,
        ...declaredNow(now),
        deploymentId: session.id,
        workflowKey: session.key,
        bundleHash: "",
        placed: null,
        // Whoever pauses what is live wants to work on it.
        isPaused: false,
      },
    ];
  });
  return createWorkflowRoutes(session, routed, () => laptopTarget(session));
}

function declaredNow({ type, key, input }: Manifest["triggers"][number]) {
  return { type, key, input };
}

/** There is nothing to load on the server: the code is on the laptop. */
export function laptopTarget({ id, namespaceId, workflowId }: DevSession): RuntimeTarget {
  const isOnLaptop = async () => {
    throw new FlowwError("INTERNAL", "A dev session's code is on the laptop.");
  };
  return { namespaceId, workflowId, deploymentId: id, bundle: isOnLaptop, env: isOnLaptop };
}
