import { executionStatuses } from "@floww/contract/api";
import { limits } from "@floww/contract/limits";
import { type Command, jsonOption, textOf } from "../command.ts";
import { filterOptions, readFilter } from "../executions/execution-filter.ts";
import { formatDuration, formatInstant } from "../executions/format-time.ts";
import { readNumber } from "../read-number.ts";
import { openSession } from "../session.ts";

export const executionsList: Command = {
  usage: "executions list",
  summary: "List what ran, newest first.",
  example: "floww executions list --workflow hello --status failed --limit 20",
  options: [
    ...filterOptions,
    { flags: "--status <status>", description: `only ${executionStatuses.join(", ")}` },
    { flags: "--text <text>", description: "with this in the event, input, output, error or log" },
    { flags: "--limit <n>", description: "how many (default 20)" },
    jsonOption,
  ],
  run: async ({ options, environment, terminal }) => {
    const bounds = { min: 1, max: limits.pageSizeMax, otherwise: 20 };
    const limit = readNumber("--limit", textOf(options, "limit"), bounds);
    const session = await openSession(environment);
    const { client, namespace } = session;
    const params = { namespaceId: namespace.id };
    const query = { limit, ...(await readFilter(options, session)), text: textOf(options, "text") };
    const { items, nextCursor, searched } = await client.listExecutions({ params, query });
    if (options.json === true) return terminal.json(items);
    if (searched?.isAll === false) terminal.note(`Looked through the newest ${searched.count} that fit.`);
    if (items.length === 0) return terminal.note("Nothing ran yet that fits.");
    terminal.table(
      ["RECEIVED", "STATUS", "WORKFLOW", "ORIGIN", "DURATION", "ID"],
      items.map((item) => [
        formatInstant(item.createdAt),
        item.status,
        item.workflowName,
        item.origin,
        formatDuration(item.durationMs),
        item.id,
      ]),
    );
    if (nextCursor !== undefined) terminal.note("There are more; --limit shows them.");
  },
};
