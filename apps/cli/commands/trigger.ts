import { readFile } from "node:fs/promises";
import { FlowwError } from "@floww/contract/errors";
import type { z } from "zod";
import { type Command, jsonOption, textOf, workflowOption } from "../command.ts";
import { getLocalManual, getLocalSession, startLocally } from "../executions/local-session.ts";
import { afterStart, localOption, waitOption } from "../executions/start-execution.ts";
import type { Workflow } from "../project/ensure-workflow.ts";
import { getWorkflow } from "../project/find-workflow.ts";
import { openSession, type Session } from "../session.ts";
import type { Terminal } from "../terminal.ts";

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

type Json = z.infer<ReturnType<typeof z.json>>;

async function readData(data: string | undefined, terminal: Terminal): Promise<Json | undefined> {
  if (data === undefined) return undefined;
  const [from, text] = await readText(data, terminal);
  try {
    // It came out of JSON.parse, so JSON it is.
    return JSON.parse(text) as Json;
  } catch (cause) {
    throw new FlowwError("INPUT_INVALID", `${from} is not JSON: ${(cause as Error).message}`, {
      cause,
      fix: `Quote it for your shell, like --data '{"name":"Ada"}', or put it into a file: --data @input.json.`,
    });
  }
}

async function readText(data: string, terminal: Terminal): Promise<[from: string, text: string]> {
  if (data === "-") return ["stdin", await terminal.readInput()];
  if (!data.startsWith("@")) return ["--data", data];
  const file = data.slice(1);
  const text = await readFile(file, "utf8").catch((cause: NodeJS.ErrnoException) => {
    throw new FlowwError("INPUT_INVALID", `${file} cannot be read: ${cause.code}.`, {
      cause,
      fix: "Check the name after @; it is looked up from the current folder.",
    });
  });
  return [file, text];
}
