import { executionStatuses } from "@floww/contract/api";
import { limits } from "@floww/contract/limits";
import { type Command, jsonOption, textOf } from "../command.ts";
import { formatDuration, formatInstant } from "../executions/format-time.ts";
import { readEnum } from "../executions/read-enum.ts";
import { getWorkflow } from "../project/find-workflow.ts";
import { readNumber } from "../read-number.ts";
import { openSession } from "../session.ts";

export const executionsList: Command = {
  usage: "executions list",
  summary: "List what ran, newest first.",
  example: "floww executions list --workflow hello --status failed --limit 20",
  options: [
    { flags: "-w, --workflow <name>", description: "only of this workflow, by name or id" },
    { flags: "--status <status>", description: `only ${executionStatuses.join(", ")}` },
    { flags: "--limit <n>", description: "how many (default 20)" },
    jsonOption,
  ],
  run: async ({ options, environment, terminal }) => {
    const status = readEnum("status", textOf(options, "status"), executionStatuses);
    const bounds = { min: 1, max: limits.pageSizeMax, otherwise: 20 };
    const limit = readNumber("--limit", textOf(options, "limit"), bounds);
    const session = await openSession(environment);
    const { client, namespace } = session;
    const params = { namespaceId: namespace.id };
    const name = textOf(options, "workflow");
    const workflowId = name === undefined ? {} : { workflowId: (await getWorkflow(session, name)).id };
    const query = { limit, ...(status === undefined ? {} : { status }), ...workflowId };
    const { items, nextCursor } = await client.listExecutions({ params, query });
    if (options.json === true) return terminal.json(items);
    if (items.length === 0) return terminal.note("Nothing ran yet that fits.");
    const workflows = await client.listWorkflows({ params, query: { limit: limits.pageSizeMax } });
    const names = new Map(workflows.items.map((workflow) => [workflow.id, workflow.name]));
    terminal.table(
      ["RECEIVED", "STATUS", "WORKFLOW", "ORIGIN", "DURATION", "ID"],
      items.map((item) => [
        formatInstant(item.createdAt),
        item.status,
        names.get(item.workflowId) ?? item.workflowId,
        item.origin,
        formatDuration(item.durationMs),
        item.id,
      ]),
    );
    if (nextCursor !== undefined) terminal.note("There are more; --limit shows them.");
  },
};
