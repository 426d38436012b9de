import { type Command, jsonOption, textOf } from "../command.ts";
import { readData } from "../executions/read-data.ts";
import { openSession } from "../session.ts";

export const eventsSend: Command = {
  usage: "events send <name>",
  summary: "Send an event to the runs that wait for it with `ctx.waitFor`.",
  example: `floww events send order.paid --data '{"order":{"id":7}}'`,
  options: [{ flags: "-d, --data <json>", description: "its data: JSON, @file, or - for stdin" }, jsonOption],
  run: async ({ args, options, environment, terminal }) => {
    const data = await readData(textOf(options, "data"), terminal);
    const { client, namespace } = await openSession(environment);
    const sent = await client.sendEvent({
      params: { namespaceId: namespace.id },
      body: { name: args[0] ?? "", ...(data === undefined ? {} : { data }) },
    });
    if (options.json === true) return terminal.json(sent);
    const who = sent.waiting === 1 ? "1 run was" : `${sent.waiting} runs were`;
    terminal.print(`${who} waiting for it. Runs under way that come to ask for it find it too.`);
  },
};
