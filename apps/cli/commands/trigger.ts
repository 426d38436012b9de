import { FlowwError } from "@floww/contract/errors";
import { type Command, jsonOption, textOf, workflowOption } from "../command.ts";
import { getLocalManual, getLocalSession, startLocally } from "../executions/local-session.ts";
import { type Json, readData } from "../executions/read-data.ts";
import { afterStart, localOption, waitOption } from "../executions/start-execution.ts";
import type { Workflow } from "../project/ensure-workflow.ts";
import { getWorkflow } from "../project/find-workflow.ts";
import { openSession, type Session } from "../session.ts";

export const trigger: Command = {
  usage: "trigger <name>",
  summary: "Run a manual trigger, of the active version or in your dev session.",
  example: `floww trigger greet --data '{"name":"Ada"}' --wait`,
  options: [
    { flags: "-d, --data <json>", description: "input: JSON, @file, or - for stdin" },
    localOption,
    waitOption,
    workflowOption,
    jsonOption,
  ],
  run: async ({ args, options, environment, terminal }) => {
    const input = await readData(textOf(options, "data"), terminal);
    const session = await openSession(environment);
    const workflow = await getWorkflow(session, textOf(options, "workflow"));
    const run = options.local === true ? runLocally : runLive;
    const executionId = await run(session, workflow, { name: args[0]!, input });
    return afterStart({ options, terminal }, session, executionId);
  },
};

interface ManualRun {
  name: string;
  input: Json | undefined;
}

async function runLive(session: Session, workflow: Workflow, { name, input }: ManualRun): Promise<string> {
  const params = { namespaceId: session.namespace.id, workflowId: workflow.id, name };
  try {
    return (await session.client.runManualTrigger({ params, body: withInput(input) })).executionId;
  } catch (error) {
    if (error instanceof FlowwError && error.code === "NOT_FOUND" && (await isLocal(session, workflow, name)))
      throw new FlowwError(error.code, error.message, { cause: error, fix: localFix(name) });
    throw error;
  }
}

async function runLocally(session: Session, { id }: Workflow, { name, input }: ManualRun): Promise<string> {
  const local = await getLocalSession(session, id);
  const handlerId = getLocalManual(local, name);
  return startLocally(session, local, { type: "manual", handlerId, ...withInput(input) });
}

/** Whether the caller's dev session has what the active version has not: then that is most likely meant. */
async function isLocal(session: Session, { id }: Workflow, name: string): Promise<boolean> {
  try {
    getLocalManual(await getLocalSession(session, id), name);
    return true;
  } catch {
    return false;
  }
}

function localFix(name: string): string {
  return `Your dev session has it: add --local to run "${name}" there, or deploy it first with \`floww deploy\`.`;
}

function withInput(input: Json | undefined): { input?: Json } {
  return input === undefined ? {} : { input };
}
