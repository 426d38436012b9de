import type { RouteAnswer, Routes } from "@floww/contract/api";
import { FlowwError } from "@floww/contract/errors";
import type { Session } from "../session.ts";
import type { Project } from "./read-project.ts";

export type Workflow = RouteAnswer<Routes["getWorkflow"]>;

/** Step 0 of every flow: the workflow that the project names, made when `create` agrees. */
export async function ensureWorkflow(
  session: Session,
  project: Project,
  create: () => Promise<boolean>,
): Promise<Workflow | undefined> {
  const found = await findWorkflow(session, project);
  if (found !== undefined) return found;
  if (!(await create())) return undefined;
  return createWorkflow(session, project);
}

/** By the id in floww.yaml, else by its name. */
export async function findWorkflow(
  { client, namespace }: Pick<Session, "client" | "namespace">,
  { workflowId, name, file }: Pick<Project, "workflowId" | "name" | "file">,
): Promise<Workflow | undefined> {
  const params = { namespaceId: namespace.id };
  if (workflowId === undefined) {
    const { items } = await client.listWorkflows({ params, query: { name } });
    return items[0];
  }
  try {
    return await client.getWorkflow({ params: { ...params, workflowId } });
  } catch (error) {
    if (!(error instanceof FlowwError) || error.code !== "NOT_FOUND") throw error;
    throw new FlowwError(
      "NOT_FOUND",
      `${namespace.name} has no workflow ${workflowId}, which ${file} names.`,
      {
        cause: error,
        fix: "Take the line `workflowId` out to go by the name, or choose the server and namespace that have it.",
      },
    );
  }
}

export function createWorkflow(
  { client, namespace }: Session,
  { name, description }: Pick<Project, "name" | "description">,
): Promise<Workflow> {
  const body = { name, ...(description === undefined ? {} : { description }) };
  return client.createWorkflow({ params: { namespaceId: namespace.id }, body });
}
