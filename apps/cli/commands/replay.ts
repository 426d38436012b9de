import { executionStatuses } from "@floww/contract/api";
import { FlowwError } from "@floww/contract/errors";
import { parseId } from "@floww/contract/ids";
import { limits } from "@floww/contract/limits";
import { type Command, type CommandCall, jsonOption, textOf } from "../command.ts";
import { filterOptions } from "../executions/execution-filter.ts";
import { getLocalSession, startLocally } from "../executions/local-session.ts";
import { readData } from "../executions/read-data.ts";
import { readId } from "../executions/read-id.ts";
import { filterNames, replayMany } from "../executions/replay-many.ts";
import { afterStart, localOption, waitOption } from "../executions/start-execution.ts";
import { exitCodes } from "../exit-code.ts";
import { openSession, type Session } from "../session.ts";

export const replay: Command = {
  usage: "replay [id]",
  summary: "Run a recorded event again: one execution or delivery, or all that fit a filter.",
  example: "floww replay --status failed --since 1h --dry-run",
  options: [
    { flags: "--original", description: "on the version that ran it then, not on the live one" },
    { flags: "-d, --data <json>", description: "with this body in its place: JSON, @file, or - for stdin" },
    { flags: "--from-step <name>", description: "keep what the steps before this one came to" },
    localOption,
    waitOption,
    {
      flags: "--status <status>",
      description: `all executions that ended so: ${executionStatuses.join(", ")}`,
    },
    { flags: "--verdict <verdict>", description: "all deliveries with this verdict: no_route, paused, …" },
    ...filterOptions,
    { flags: "--rate <n>", description: `at most so many a second (default ${limits.replaysPerSecond})` },
    { flags: "--dry-run", description: "only say how many fit, and show the first" },
    { flags: "--yes", description: "replay all that fit without asking" },
    jsonOption,
  ],
  run: async (call) => {
    const { args, options } = call;
    const filters = filterNames.filter((name) => options[name] !== undefined);
    if (args[0] === undefined) return replayMany(call, filters);
    const surplus = [...filters, ...["rate", "dryRun"].filter((name) => options[name] !== undefined)];
    if (surplus.length > 0)
      throw new FlowwError(
        "INPUT_INVALID",
        `An id and a filter (${surplus.join(", ")}) do not go together.`,
        {
          fix: "Give the id of one, or a filter for many.",
        },
      );
    return replayOne(call, args[0]);
  },
};

async function replayOne(call: CommandCall, id: string) {
  const { options, environment, terminal } = call;
  const isDelivery = parseId("delivery", id) !== undefined;
  const recorded = isDelivery ? id : readId("execution", id);
  const data = await readData(textOf(options, "data"), terminal);
  const session = await openSession(environment);
  if (options.local === true) return replayLocally(call, session, recorded);
  const namespaceId = session.namespace.id;
  const body = {
    deployment: options.original === true ? ("original" as const) : ("current" as const),
    ...(data === undefined ? {} : { input: { kind: "json" as const, value: data } }),
  };
  const fromStep = textOf(options, "fromStep");
  if (!isDelivery) {
    const params = { namespaceId, executionId: recorded };
    const restart = fromStep === undefined ? {} : { fromStep };
    const { executionId } = await session.client.replayExecution({ params, body: { ...body, ...restart } });
    return afterStart({ options, terminal }, session, executionId);
  }
  if (fromStep !== undefined)
    throw new FlowwError("INPUT_INVALID", "--from-step is for an execution: a delivery has no steps.", {
      fix: "Give the execution's id.",
    });
  const params = { namespaceId, deliveryId: recorded };
  const { executionIds } = await session.client.replayDelivery({ params, body });
  const [only, ...others] = executionIds;
  if (only !== undefined && others.length === 0) return afterStart({ options, terminal }, session, only);
  if (options.json === true) terminal.json({ executionIds });
  else for (const executionId of executionIds) terminal.print(executionId);
  return exitCodes.ok;
}

async function replayLocally({ options, terminal }: CommandCall, session: Session, executionId: string) {
  const surplus = ["original", "data", "fromStep"].filter((name) => options[name] !== undefined);
  if (surplus.length > 0 || parseId("execution", executionId) === undefined)
    throw new FlowwError("INPUT_INVALID", "--local runs an execution's event as it was recorded.", {
      fix: "Give an execution's id, without --original, --data and --from-step.",
    });
  const params = { namespaceId: session.namespace.id, executionId };
  const { workflowId } = await session.client.getExecution({ params });
  const local = await getLocalSession(session, workflowId);
  const started = await startLocally(session, local, { type: "replay", executionId });
  return afterStart({ options, terminal }, session, started);
}
