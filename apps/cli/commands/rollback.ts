import { type Command, jsonOption, textOf, workflowOption } from "../command.ts";
import { getWorkflow } from "../project/find-workflow.ts";
import { printLive } from "../project/print-deployed.ts";
import { readNumber } from "../read-number.ts";
import { openSession } from "../session.ts";

const VERSION_MAX = 2 ** 31 - 1;

export const rollback: Command = {
  usage: "rollback [version]",
  summary: "Make an earlier version live: the one named, else the one before. Twice toggles.",
  example: "floww rollback 3 --workflow hello",
  options: [workflowOption, jsonOption],
  run: async ({ args, options, environment, terminal }) => {
    const version = readNumber("The version", args[0], { min: 1, max: VERSION_MAX, otherwise: 0 });
    const session = await openSession(environment);
    const workflow = await getWorkflow(session, textOf(options, "workflow"));
    const deployed = await session.client.activateDeployment({
      params: { namespaceId: session.namespace.id, workflowId: workflow.id },
      body: version === 0 ? {} : { version },
    });
    if (options.json === true) terminal.json(deployed);
    else printLive(terminal, workflow.name, deployed);
  },
};
