import type { RouteAnswer, Routes } from "@floww/contract/api";

export type Workflow = RouteAnswer<Routes["getWorkflow"]>;
export type Trigger = RouteAnswer<Routes["listTriggers"]>["items"][number];

/** The ids that lead to a workflow. */
export interface WorkflowParams {
  namespaceId: string;
  workflowId: string;
}
