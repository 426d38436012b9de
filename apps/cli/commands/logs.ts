import { limits } from "@floww/contract/limits";
import { type Command, textOf } from "../command.ts";
import { followExecution, followLogs } from "../executions/follow-logs.ts";
import { formatLogLine, type LogLine } from "../executions/print-execution.ts";
import { readId } from "../executions/read-id.ts";
import { readLatestLogs, readLogs } from "../executions/read-logs.ts";
import { getWorkflow } from "../project/find-workflow.ts";
import { readNumber } from "../read-number.ts";
import { openSession, type Session } from "../session.ts";

const EXECUTIONS = 20;

export const logs: Command = {
  usage: "logs [execution]",
  summary: "Show what handlers logged.",
  example: "floww logs -f --workflow hello",
  options: [
    {
      flags: "-f, --follow",
      description: "go on showing lines as they come: of one execution until its end, else until Ctrl-C",
    },
    { flags: "-w, --workflow <name>", description: "only of this workflow, by name or id" },
    { flags: "--limit <n>", description: `of how many latest executions (default ${EXECUTIONS})` },
    { flags: "--json", description: "print one JSON object a line" },
  ],
  run: async ({ args, options, environment, terminal }) => {
    const bounds = { min: 1, max: limits.pageSizeMax, otherwise: EXECUTIONS };
    const limit = readNumber("--limit", textOf(options, "limit"), bounds);
    const one = args[0] === undefined ? undefined : readId("execution", args[0]);
    const session = await openSession(environment);
    const print = (line: LogLine) => {
      if (options.json === true) terminal.print(JSON.stringify(line));
      else
        terminal.print(one === undefined ? `${shortId(line)}  ${formatLogLine(line)}` : formatLogLine(line));
    };
    if (one !== undefined) return printOne(session, one, { isFollowed: options.follow === true, print });
    const name = textOf(options, "workflow");
    const workflowId = name === undefined ? undefined : (await getWorkflow(session, name)).id;
    const { executions, lines } = await readLatestLogs(session, { workflowId, limit });
    lines.forEach(print);
    if (options.follow !== true) {
      if (lines.length === 0) terminal.note("Nothing was logged yet. `-f` waits for it.");
      return;
    }
    const seen = executions.map((execution) => {
      return { execution, last: lines.findLast(({ executionId }) => executionId === execution.id) };
    });
    for await (const line of followLogs(session, { workflowId, seen })) print(line);
  },
};

async function printOne(
  session: Session,
  executionId: string,
  { isFollowed, print }: { isFollowed: boolean; print: (line: LogLine) => void },
): Promise<void> {
  // Asked for first: an unknown id is an error, and not a run that logged nothing.
  await session.client.getExecution({ params: { namespaceId: session.namespace.id, executionId } });
  const lines = await readLogs(session, executionId);
  lines.forEach(print);
  if (!isFollowed) return;
  for await (const line of followExecution(session, { executionId, last: lines.at(-1) })) print(line);
}

/** Enough of the id to tell neighbours apart; its end is the random part. */
function shortId({ executionId }: LogLine): string {
  return `…${executionId.slice(-6)}`;
}
