import { FlowwError } from "@floww/contract/errors";
import { parseId } from "@floww/contract/ids";
import type { Session } from "../session.ts";
import type { Workflow } from "./ensure-workflow.ts";
import { findProject } from "./read-project.ts";

/** The workflow that `--workflow` names, else the one of the floww.yaml here; never a guess. */
export async function getWorkflow(session: Session, wanted: string | undefined): Promise<Workflow> {
  const found = wanted === undefined ? await ofProject(session) : await byNameOrId(session, wanted);
  if (found !== undefined) return found;
  throw new FlowwError("INPUT_INVALID", "It is not clear which workflow is meant.", {
    fix: "Add --workflow <name>, or run this in a workflow's folder. `floww list workflows` shows them.",
  });
}

async function ofProject(session: Session): Promise<Workflow | undefined> {
  const project = await findProject(".");
  return project && byNameOrId(session, project.workflowId ?? project.name);
}

async function byNameOrId({ client, namespace }: Session, wanted: string): Promise<Workflow> {
  const params = { namespaceId: namespace.id };
  if (parseId("workflow", wanted) !== undefined)
    return client.getWorkflow({ params: { ...params, workflowId: wanted } });
  const { items } = await client.listWorkflows({ params, query: { name: wanted } });
  const [found] = items;
  if (found !== undefined) return found;
  throw new FlowwError("NOT_FOUND", `There is no workflow "${wanted}" in ${namespace.name}.`, {
    fix: "`floww list workflows` shows what is there; `floww deploy` makes it.",
  });
}
