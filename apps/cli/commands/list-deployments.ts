import { limits } from "@floww/contract/limits";
import { type Command, jsonOption, textOf, workflowOption } from "../command.ts";
import { formatInstant } from "../executions/format-time.ts";
import { getWorkflow } from "../project/find-workflow.ts";
import { readPages } from "../read-pages.ts";
import { openSession } from "../session.ts";

export const listDeployments: Command = {
  usage: "list deployments",
  summary: "List a workflow's versions, newest first.",
  example: "floww list deployments --workflow hello",
  options: [workflowOption, jsonOption],
  run: async ({ options, environment, terminal }) => {
    const session = await openSession(environment);
    const workflow = await getWorkflow(session, textOf(options, "workflow"));
    const params = { namespaceId: session.namespace.id, workflowId: workflow.id };
    const items = await readPages((cursor) =>
      session.client.listDeployments({ params, query: { limit: limits.pageSizeMax, ...cursor } }),
    );
    if (options.json === true) return terminal.json(items);
    if (items.length === 0)
      return terminal.note(`${workflow.name} was never deployed. \`floww deploy\` does it.`);
    terminal.table(
      ["VERSION", "LIVE", "RUNTIME", "DEPLOYED", "BY", "ID"],
      items.map(({ version, isActive, runtime, createdAt, createdBy, id }) => [
        String(version),
        isActive ? "yes" : "",
        runtime,
        formatInstant(createdAt),
        createdBy,
        id,
      ]),
    );
  },
};
