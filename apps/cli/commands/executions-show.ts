import { type Command, jsonOption } from "../command.ts";
import { printExecution } from "../executions/print-execution.ts";
import { readId } from "../executions/read-id.ts";
import { readLogs } from "../executions/read-logs.ts";
import { openSession } from "../session.ts";

export const executionsShow: Command = {
  usage: "executions show <id>",
  summary: "Show one execution: input, output, error, steps and logs.",
  example: "floww executions show exe_01k3… --json",
  options: [jsonOption],
  run: async ({ args, options, environment, terminal }) => {
    const executionId = readId("execution", args[0]);
    const session = await openSession(environment);
    const params = { namespaceId: session.namespace.id, executionId };
    const execution = await session.client.getExecution({ params });
    const logs = await readLogs(session, executionId);
    const { items: steps } = await session.client.listSteps({ params, query: {} });
    if (options.json === true) terminal.json({ ...execution, steps, logs });
    else printExecution(terminal, execution, { logs, steps });
  },
};
