import { FlowwError } from "@floww/contract/errors";
import { formatId } from "@floww/contract/ids";
import { enqueueExecution } from "../../domain/executions/enqueue-execution.ts";
import { presentContent } from "../../domain/executions/present.ts";
import { ExecutionOrigin } from "../../domain/executions/states.ts";
import { checkManualInput } from "../../domain/triggers/check-manual-input.ts";
import { pauseWorkflow } from "../../domain/triggers/pause-workflow.ts";
import { presentTrigger } from "../../domain/triggers/present.ts";
import { clearTriggers, listActiveTriggers, type Trigger } from "../../domain/triggers/store.ts";
import { createWorkflow } from "../../domain/workflows/create-workflow.ts";
import { getWorkflow, workflowNotFound } from "../../domain/workflows/get-workflow.ts";
import { presentWorkflow } from "../../domain/workflows/present.ts";
import {
  listWorkflows,
  markWorkflowDeleted,
  notifyWorkflowChanged,
  type Workflow,
} from "../../domain/workflows/store.ts";
import { updateWorkflow } from "../../domain/workflows/update-workflow.ts";
import { readCursor, toPage } from "../page.ts";
import { type RouteCall, type RouteHandlers, uuidOf } from "../route-handler.ts";
import { fillPath, sendTestEvent } from "../send-test-event.ts";

type Handled =
  | "listWorkflows"
  | "createWorkflow"
  | "getWorkflow"
  | "updateWorkflow"
  | "deleteWorkflow"
  | "pauseWorkflow"
  | "resumeWorkflow"
  | "listTriggers"
  | "sendTestEvent"
  | "runManualTrigger";

export const workflowHandlers: Pick<RouteHandlers, Handled> = {
  listWorkflows: async ({ query }, { context, namespace }) => {
    const beforeId = readCursor("workflow", query.cursor);
    const page = { namespaceId: namespace.id, name: query.name, beforeId, limit: query.limit + 1 };
    const rows = await listWorkflows(context.database, page);
    return toPage("workflow", rows, {
      limit: query.limit,
      present: (row) => presentWorkflow(row, context.webhookUrl()),
    });
  },

  createWorkflow: async ({ body }, { context, namespace }) => {
    const description = body.description ?? "";
    const created = await createWorkflow(context.database, {
      namespaceId: namespace.id,
      name: body.name,
      description,
    });
    await context.routes.reload(created.id);
    return presentWorkflow(created, context.webhookUrl());
  },

  getWorkflow: async ({ params }, { context, namespace }) => {
    const workflow = await getWorkflow(context.database, namespace.id, uuidOf("workflow", params.workflowId));
    return presentWorkflow(workflow, context.webhookUrl());
  },

  updateWorkflow: async ({ params, body }, { context, namespace }) => {
    const { name, description } = body;
    const id = uuidOf("workflow", params.workflowId);
    const change = { namespaceId: namespace.id, id, name, description };
    return presentWorkflow(await updateWorkflow(context.database, change), context.webhookUrl());
  },

  deleteWorkflow: async ({ params }, { context, namespace }) => {
    const id = uuidOf("workflow", params.workflowId);
    await context.database.transaction(async (transaction) => {
      if (!(await markWorkflowDeleted(transaction, namespace.id, id))) throw workflowNotFound(id);
      await clearTriggers(transaction, id);
      await notifyWorkflowChanged(transaction, id);
    });
    await context.routes.reload(id);
    context.settleRegistrations(namespace.id);
    await context.settleSetUps(id);
  },

  pauseWorkflow: ({ params }, call) => setPaused(call, params.workflowId, true),

  resumeWorkflow: async ({ params }, call) => {
    const resumed = await setPaused(call, params.workflowId, false);
    call.context.wakeQueue();
    return resumed;
  },

  listTriggers: async ({ params }, { context, namespace }) => {
    const workflow = await getWorkflow(context.database, namespace.id, uuidOf("workflow", params.workflowId));
    const triggers = await listActiveTriggers(context.database, namespace.id, workflow.id);
    return {
      items: triggers.map((trigger) =>
        presentTrigger(trigger, presentWorkflow(workflow, context.webhookUrl()).webhookUrl),
      ),
    };
  },

  sendTestEvent: async ({ params, body }, call) => {
    const { context, namespace, place, callerGone } = call;
    const workflow = await getWorkflow(context.database, namespace.id, uuidOf("workflow", params.workflowId));
    const triggers = await listActiveTriggers(context.database, namespace.id, workflow.id);
    const webhook = getWebhook(triggers, uuidOf("trigger", params.triggerId));
    const answer = await sendTestEvent(context, {
      key: workflow.key,
      method: body.method ?? webhook.method,
      path: fillPath(webhook.path, body.params),
      query: body.query ?? "",
      headers: body.headers,
      body: body.body === undefined ? undefined : Buffer.from(body.body),
      host: new URL(context.webhookUrl()).host,
      remoteAddress: place.address,
      callerGone,
    });
    const { executionId, body: bytes, ...shown } = answer;
    return {
      ...shown,
      ...(bytes.byteLength === 0 ? {} : { body: presentContent(bytes) }),
      ...(executionId === undefined ? {} : { executionId: formatId("execution", executionId) }),
    };
  },

  runManualTrigger: async ({ params, body }, { context, namespace, principal }) => {
    const workflow = await getWorkflow(context.database, namespace.id, uuidOf("workflow", params.workflowId));
    const triggers = await listActiveTriggers(context.database, namespace.id, workflow.id);
    const trigger = triggers.find(({ type, key }) => type === "onManual" && key === params.name);
    if (trigger === undefined) {
      throw noManualTrigger(workflow, triggers, params.name);
    }
    checkManualInput(trigger, body.input);
    const executionId = await enqueueExecution(context, {
      namespaceId: namespace.id,
      workflowId: workflow.id,
      trigger,
      origin: ExecutionOrigin.manual,
      event: {
        head: { type: "manual", triggeredBy: principal.name },
        body: body.input === undefined ? Buffer.alloc(0) : Buffer.from(JSON.stringify(body.input)),
      },
    });
    context.onLiveEvent({ workflowId: workflow.id, executionId });
    return { executionId: formatId("execution", executionId) };
  },
};

/** @throws FlowwError NOT_FOUND, STATE_CONFLICT */
function getWebhook(triggers: readonly Trigger[], id: string): { method: string; path: string } {
  const trigger = triggers.find((one) => one.id === id);
  if (trigger === undefined)
    throw new FlowwError("NOT_FOUND", "The active version of this workflow has no such trigger.");
  const { providerType, type, input } = trigger;
  // Checked when it was deployed.
  if (providerType === "builtin" && type === "onWebhook") return input as { method: string; path: string };
  throw new FlowwError("STATE_CONFLICT", `The trigger "${trigger.handlerId}" is no webhook.`, {
    fix: "Run a manual trigger by its name; a service's events come from the service.",
  });
}

async function setPaused({ context, namespace }: RouteCall, workflowId: string, isPaused: boolean) {
  const id = uuidOf("workflow", workflowId);
  const { workflow, warnings } = await pauseWorkflow(context, { namespaceId: namespace.id, id, isPaused });
  return { ...presentWorkflow(workflow, context.webhookUrl()), warnings };
}

function noManualTrigger(
  { name, activeDeploymentId }: Workflow,
  triggers: readonly Trigger[],
  wanted: string,
): FlowwError {
  if (activeDeploymentId === null)
    return new FlowwError(
      "NOT_FOUND",
      `${name} has no active version, and so no manual trigger "${wanted}".`,
      {
        fix: "Deploy it with `floww deploy`.",
      },
    );
  const names = triggers.filter(({ type }) => type === "onManual").map(({ key }) => key);
  return new FlowwError("NOT_FOUND", `The active version has no manual trigger "${wanted}".`, {
    fix: names.length === 0 ? "Add one with onManual, then deploy." : `It has: ${names.join(", ")}.`,
  });
}
