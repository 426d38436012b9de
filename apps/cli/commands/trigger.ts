import { readFile } from "node:fs/promises";
import { FlowwError } from "@floww/contract/errors";
import type { z } from "zod";
import { type Command, jsonOption, textOf, workflowOption } from "../command.ts";
import { afterStart, waitOption } from "../executions/start-execution.ts";
import { getWorkflow } from "../project/find-workflow.ts";
import { openSession } from "../session.ts";
import type { Terminal } from "../terminal.ts";

export const trigger: Command = {
  usage: "trigger <name>",
  summary: "Run a manual trigger.",
  example: `floww trigger greet --data '{"name":"Ada"}' --wait`,
  options: [
    { flags: "-d, --data <json>", description: "input: JSON, @file, or - for stdin" },
    waitOption,
    workflowOption,
    jsonOption,
  ],
  run: async ({ args, options, environment, terminal }) => {
    const input = await readData(textOf(options, "data"), terminal);
    const session = await openSession(environment);
    const workflow = await getWorkflow(session, textOf(options, "workflow"));
    const { executionId } = await session.client.runManualTrigger({
      params: { namespaceId: session.namespace.id, workflowId: workflow.id, name: args[0]! },
      body: input === undefined ? {} : { input },
    });
    return afterStart({ options, terminal }, session, executionId);
  },
};

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
