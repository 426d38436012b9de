import { type Command, jsonOption, textOf, workflowOption } from "../command.ts";
import { getWorkflow } from "../project/find-workflow.ts";
import { describeTrigger } from "../project/print-deployed.ts";
import { openSession } from "../session.ts";

export const listTriggers: Command = {
  usage: "list triggers",
  summary: "List what a workflow's live version listens for.",
  example: "floww list triggers --workflow hello",
  options: [workflowOption, jsonOption],
  run: async ({ options, environment, terminal }) => {
    const session = await openSession(environment);
    const workflow = await getWorkflow(session, textOf(options, "workflow"));
    const params = { namespaceId: session.namespace.id, workflowId: workflow.id };
    const { items } = await session.client.listTriggers({ params });
    if (options.json === true) return terminal.json(items);
    if (items.length === 0)
      return terminal.note(`${workflow.name} is not live. \`floww deploy\` makes it so.`);
    terminal.table(
      ["TYPE", "LISTENS FOR", "ID"],
      items.map((trigger) => [trigger.type, describeTrigger(trigger), trigger.id]),
    );
  },
};
