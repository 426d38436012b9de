import { type Command, jsonOption } from "../command.ts";
import { getLocalSession, startLocally } from "../executions/local-session.ts";
import { readId } from "../executions/read-id.ts";
import { afterStart, localOption, waitOption } from "../executions/start-execution.ts";
import { openSession } from "../session.ts";

export const replay: Command = {
  usage: "replay <id>",
  summary: "Run a recorded event again, on the active version or in your dev session.",
  example: "floww replay exe_01k3… --local --wait",
  options: [localOption, waitOption, jsonOption],
  run: async ({ args, options, environment, terminal }) => {
    const recorded = readId("execution", args[0]);
    const session = await openSession(environment);
    const params = { namespaceId: session.namespace.id, executionId: recorded };
    if (options.local !== true) {
      const { executionId } = await session.client.replayExecution({ params });
      return afterStart({ options, terminal }, session, executionId);
    }
    const { workflowId } = await session.client.getExecution({ params });
    const local = await getLocalSession(session, workflowId);
    const started = await startLocally(session, local, { type: "replay", executionId: recorded });
    return afterStart({ options, terminal }, session, started);
  },
};
