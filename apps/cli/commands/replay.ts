import { type Command, jsonOption } from "../command.ts";
import { readExecutionId } from "../executions/read-execution-id.ts";
import { afterStart, waitOption } from "../executions/start-execution.ts";
import { openSession } from "../session.ts";

export const replay: Command = {
  usage: "replay <id>",
  summary: "Run a recorded event again, on the active version.",
  example: "floww replay exe_01k3… --wait",
  options: [waitOption, jsonOption],
  run: async ({ args, options, environment, terminal }) => {
    const recorded = readExecutionId(args[0]);
    const session = await openSession(environment);
    const params = { namespaceId: session.namespace.id, executionId: recorded };
    const { executionId } = await session.client.replayExecution({ params });
    return afterStart({ options, terminal }, session, executionId);
  },
};
