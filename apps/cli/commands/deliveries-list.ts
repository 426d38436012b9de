import { deliveryVerdicts } from "@floww/contract/api";
import { limits } from "@floww/contract/limits";
import { type Command, jsonOption, textOf } from "../command.ts";
import { formatInstant } from "../executions/format-time.ts";
import { readEnum } from "../executions/read-enum.ts";
import { readInstant } from "../executions/read-instant.ts";
import { getWorkflow } from "../project/find-workflow.ts";
import { readNumber } from "../read-number.ts";
import { openSession } from "../session.ts";

export const deliveriesList: Command = {
  usage: "deliveries list",
  summary: "List what came in, newest first, with what was decided about it.",
  example: "floww deliveries list --verdict no_route --since 1h",
  options: [
    { flags: "-w, --workflow <name>", description: "only for this workflow, by name or id" },
    { flags: "--verdict <verdict>", description: `only ${deliveryVerdicts.join(", ")}` },
    { flags: "--provider <id>", description: "only through this provider" },
    { flags: "--since <when>", description: "from then on: 30m, 1h, 2d, or an instant" },
    { flags: "--until <when>", description: "up to then" },
    { flags: "--limit <n>", description: "how many (default 20)" },
    jsonOption,
  ],
  run: async ({ options, environment, terminal }) => {
    const now = Date.now();
    const verdict = readEnum("verdict", textOf(options, "verdict"), deliveryVerdicts);
    const bounds = { min: 1, max: limits.pageSizeMax, otherwise: 20 };
    const limit = readNumber("--limit", textOf(options, "limit"), bounds);
    const from = readInstant("--since", textOf(options, "since"), now);
    const to = readInstant("--until", textOf(options, "until"), now);
    const session = await openSession(environment);
    const name = textOf(options, "workflow");
    const workflowId = name === undefined ? undefined : (await getWorkflow(session, name)).id;
    const providerId = textOf(options, "provider");
    const { items, nextCursor } = await session.client.listDeliveries({
      params: { namespaceId: session.namespace.id },
      // The client leaves out what is undefined.
      query: { limit, workflowId, providerId, verdict, from, to },
    });
    if (options.json === true) return terminal.json(items);
    if (items.length === 0) return terminal.note("Nothing came in that fits.");
    terminal.table(
      ["RECEIVED", "VERDICT", "REQUEST", "FROM", "ID"],
      items.map((item) => [
        formatInstant(item.receivedAt),
        item.verdict,
        item.eventName ?? `${item.method} ${item.path}`,
        item.remoteAddress,
        item.id,
      ]),
    );
    if (nextCursor !== undefined) terminal.note("There are more; --limit shows them.");
  },
};
