import type { RouteAnswer, Routes } from "@floww/contract/api";
import type { Session } from "../session.ts";
import type { Project } from "./read-project.ts";

export type Workflow = RouteAnswer<Routes["getWorkflow"]>;

/** Step 0 of every flow: the workflow that the project names, made when `create` agrees. */
export async function ensureWorkflow(
  { client, namespace }: Session,
  project: Project,
  create: () => Promise<boolean>,
): Promise<Workflow | undefined> {
  const params = { namespaceId: namespace.id };
  if (project.workflowId !== undefined)
    return client.getWorkflow({ params: { ...params, workflowId: project.workflowId } });
  const found = await client.listWorkflows({ params, query: { name: project.name } });
  if (found.items[0] !== undefined) return found.items[0];
  if (!(await create())) return undefined;
  const description = project.description === undefined ? {} : { description: project.description };
  return client.createWorkflow({ params, body: { name: project.name, ...description } });
}
