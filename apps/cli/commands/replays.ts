import type { RouteAnswer, Routes } from "@floww/contract/api";
import { type Command, jsonOption } from "../command.ts";
import { formatInstant } from "../executions/format-time.ts";
import { printFacts } from "../executions/print-execution.ts";
import { readId } from "../executions/read-id.ts";
import { openSession } from "../session.ts";
import type { Terminal } from "../terminal.ts";

export const replaysList: Command = {
  usage: "replays list",
  summary: "List replays of many, newest first.",
  example: "floww replays list",
  options: [jsonOption],
  run: async ({ options, environment, terminal }) => {
    const { client, namespace } = await openSession(environment);
    const { items } = await client.listReplays({ params: { namespaceId: namespace.id }, query: {} });
    if (options.json === true) return terminal.json(items);
    if (items.length === 0) return terminal.note("Nobody has replayed many yet.");
    terminal.table(
      ["STARTED", "STATUS", "REPLAYED", "BY", "ID"],
      items.map((one) => [
        formatInstant(one.createdAt),
        one.status,
        `${one.replayed} of ${one.total}`,
        one.createdBy,
        one.id,
      ]),
    );
  },
};

export const replaysShow: Command = {
  usage: "replays show <id>",
  summary: "Show how far a replay of many has come.",
  example: "floww replays show rpl_01k3…",
  options: [jsonOption],
  run: async ({ args, options, environment, terminal }) => {
    const replayId = readId("replay", args[0]);
    const { client, namespace } = await openSession(environment);
    const shown = await client.getReplay({ params: { namespaceId: namespace.id, replayId } });
    if (options.json === true) terminal.json(shown);
    else printReplay(terminal, shown);
  },
};

export const replaysCancel: Command = {
  usage: "replays cancel <id>",
  summary: "End a replay of many; what it has started goes on.",
  example: "floww replays cancel rpl_01k3…",
  options: [jsonOption],
  run: async ({ args, options, environment, terminal }) => {
    const replayId = readId("replay", args[0]);
    const { client, namespace } = await openSession(environment);
    const shown = await client.cancelReplay({ params: { namespaceId: namespace.id, replayId } });
    if (options.json === true) terminal.json(shown);
    else printReplay(terminal, shown);
  },
};

function printReplay(terminal: Terminal, shown: RouteAnswer<Routes["getReplay"]>): void {
  printFacts(terminal, [
    ["replay", shown.id],
    ["status", shown.status],
    ["replayed", `${shown.replayed} of ${shown.total}`],
    ["skipped", shown.skipped === 0 ? undefined : String(shown.skipped)],
    ["problem", shown.problem],
    ["rate", `${shown.rate} a second`],
    ["version", shown.deployment],
    ["started", `${formatInstant(shown.createdAt)} by ${shown.createdBy}`],
    ["finished", formatInstant(shown.finishedAt) || undefined],
  ]);
}
