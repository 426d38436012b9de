import { findWorkflow } from "../project/ensure-workflow.ts";
import type { Check } from "./check.ts";

export const workflowThere: Check = {
  name: "workflow",
  needs: ["namespace", "project"],
  run: async ({ signedIn, namespace, project }) => {
    const { client } = signedIn!;
    const workflow = await findWorkflow({ client, namespace: namespace! }, project!);
    if (workflow === undefined)
      return { leftOut: `${project!.name} is not in ${namespace!.name} yet; \`floww deploy\` makes it` };
    if (workflow.activeDeploymentId === undefined)
      return { leftOut: `${workflow.name} has no version yet; \`floww deploy\` makes one` };
    if (workflow.pausedAt !== undefined)
      return { leftOut: `${workflow.name} is paused, and keeps its events; \`floww resume\` runs them` };
    return `${workflow.name} is live`;
  },
};
