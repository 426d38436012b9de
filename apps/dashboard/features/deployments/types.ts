import type { RouteAnswer, Routes } from "@floww/contract/api";

export type Deployment = RouteAnswer<Routes["listDeployments"]>["items"][number];
export type Source = RouteAnswer<Routes["getDeploymentSource"]>;
export type Manifest = RouteAnswer<Routes["getDeploymentManifest"]>;

/** The ids that lead to a workflow. */
export interface WorkflowParams {
  namespaceId: string;
  workflowId: string;
}
