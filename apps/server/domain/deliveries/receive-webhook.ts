import type { WebhookEventHead } from "@floww/contract/abi";
import { FlowwError } from "@floww/contract/errors";
import { formatId } from "@floww/contract/ids";
import { limits } from "@floww/contract/limits";
import type { RunEnd } from "@floww/executor/host";
import { newUuid } from "../../platform/uuid-v7.ts";
import { type AnswerSink, type RunContext, runExecution } from "../executions/run-execution.ts";
import { ExecutionMode, ExecutionOrigin } from "../executions/states.ts";
import type { WebhookMatch } from "../triggers/route-table.ts";
import { type Ledger, Verdict } from "./ledger.ts";

export interface ReceiveContext extends RunContext {
  ledger: Ledger;
  /** A recorded execution waits to be claimed. */
  wakeQueue(): void;
}

export interface InboundRequest {
  match: WebhookMatch;
  /** `dev`: for a laptop; its session stands in the place of the deployment, also while it waits. */
  origin: "webhook" | "dev";
  method: string;
  path: string;
  query: string;
  headers: [string, string][];
  body: Buffer;
  remoteAddress: string;
}

export interface Received {
  executionId: string;
  /** Resolves when the run has ended and its end is committed; undefined for `ack`, whose run follows from the queue. */
  end?: Promise<RunEnd>;
}

/** Steps 4 to 6 of the incoming flow: commit the delivery and its execution, run, commit the end. */
export async function receiveWebhook(
  context: ReceiveContext,
  request: InboundRequest,
  caller: AnswerSink,
): Promise<Received> {
  const { trigger, target } = request.match.route;
  const nowMs = Date.now();
  const [deliveryId, executionId] = [newUuid(nowMs), newUuid(nowMs)];
  const head: WebhookEventHead = {
    type: "webhook",
    method: request.method,
    path: request.path,
    query: request.query,
    params: request.match.params,
    headers: request.headers,
    receivedAt: new Date(nowMs).toISOString(),
  };
  const waits = trigger.input.response !== "ack";
  const isBig = request.body.byteLength > limits.inlineBytesMax;
  const bodyArtifact = isBig ? await context.artifacts.put(trigger.namespaceId, request.body) : null;
  const owned = { namespaceId: trigger.namespaceId, workflowId: trigger.workflowId, triggerId: trigger.id };
  const recorded = await context.ledger.commit({
    deliveries: [
      {
        ...owned,
        id: deliveryId,
        verdict: request.origin === "dev" ? Verdict.dev : Verdict.accepted,
        head: Buffer.from(JSON.stringify(head)),
        body: isBig ? null : request.body,
        bodyArtifact,
        remoteAddress: request.remoteAddress,
      },
    ],
    executions: [
      {
        ...owned,
        id: executionId,
        deploymentId: waits || request.origin === "dev" ? trigger.deploymentId : null,
        deliveryId,
        origin: ExecutionOrigin[request.origin],
        mode: waits ? ExecutionMode.handler : ExecutionMode.ack,
        owner: waits ? context.serverId : null,
        event: null,
        input: null,
        inputArtifact: null,
        replayOf: null,
        isKeyed: false,
      },
    ],
  });
  if (!recorded.has("executions", executionId))
    throw new FlowwError("INTERNAL", "The execution was not recorded.");
  const publicId = formatId("execution", executionId);
  if (!waits) {
    context.wakeQueue();
    return { executionId: publicId };
  }
  const end = runExecution(
    context,
    {
      id: executionId,
      publicId,
      namespaceId: trigger.namespaceId,
      target,
      handlerId: trigger.handlerId,
      attempt: 1,
      epoch: 1,
      timeoutMs: (trigger.input.timeoutMs as number | undefined) ?? limits.deadlineMs,
      event: { head, body: request.body },
    },
    caller,
  );
  return { executionId: publicId, end };
}
