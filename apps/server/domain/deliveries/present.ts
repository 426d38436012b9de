import type { delivery, deliveryDetail } from "@floww/contract/api";
import { formatId } from "@floww/contract/ids";
import type { z } from "zod";
import type { ArtifactStore } from "../../platform/blobs/artifact-store.ts";
import { uuidInstantMs } from "../../platform/uuid-v7.ts";
import { presentContent } from "../executions/present.ts";
import { executionOriginName, executionStateName } from "../executions/states.ts";
import type { CausedExecution, Delivery, DeliveryDetail } from "./store.ts";
import { verdictName } from "./verdicts.ts";

export function presentDelivery(row: Delivery): z.input<typeof delivery> {
  const { head } = row;
  return {
    id: formatId("delivery", row.id),
    verdict: verdictName(row.verdict),
    // As the id has it, which is what a time range is compared with.
    receivedAt: new Date(uuidInstantMs(row.id)).toISOString(),
    ...(row.workflowId === null ? {} : { workflowId: formatId("workflow", row.workflowId) }),
    ...(row.triggerId === null ? {} : { triggerId: formatId("trigger", row.triggerId) }),
    ...(row.providerId === null ? {} : { providerId: formatId("provider", row.providerId) }),
    // A vendor's events come in one way only.
    ...(head.type === "webhook" ? { method: head.method, path: head.path } : { method: "POST", path: "/" }),
    ...(head.type === "provider" ? { eventName: head.name } : {}),
    remoteAddress: row.remoteAddress,
    ...(row.copyOf === null ? {} : { copyOf: formatId("execution", row.copyOf) }),
    hasOtherBody: row.hasOtherBody,
  };
}

export async function presentDeliveryDetail(
  row: DeliveryDetail,
  caused: readonly CausedExecution[],
  artifacts: ArtifactStore,
): Promise<z.input<typeof deliveryDetail>> {
  const body = row.bodyArtifact === null ? row.body : await artifacts.get(row.namespaceId, row.bodyArtifact);
  const bodyBytes = body?.byteLength ?? 0;
  return {
    ...presentDelivery(row),
    query: row.head.type === "webhook" ? row.head.query : "",
    headers: row.head.headers,
    ...(body === null || bodyBytes === 0 ? {} : { body: presentContent(body) }),
    bodyBytes,
    executions: caused.map(presentCaused),
  };
}

function presentCaused(row: CausedExecution) {
  return {
    id: formatId("execution", row.id),
    workflowId: formatId("workflow", row.workflowId),
    triggerId: formatId("trigger", row.triggerId),
    origin: executionOriginName(row.origin),
    status: executionStateName(row.state),
    createdAt: row.createdAt.toISOString(),
    ...(row.replayOf === null ? {} : { replayOf: formatId("execution", row.replayOf) }),
  };
}
