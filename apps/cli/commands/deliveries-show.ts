import { type Command, jsonOption } from "../command.ts";
import { printDelivery } from "../executions/print-delivery.ts";
import { readId } from "../executions/read-id.ts";
import { openSession } from "../session.ts";

export const deliveriesShow: Command = {
  usage: "deliveries show <id>",
  summary: "Show one inbound request as it came, and what it caused.",
  example: "floww deliveries show dlv_01k3… --json",
  options: [jsonOption],
  run: async ({ args, options, environment, terminal }) => {
    const deliveryId = readId("delivery", args[0]);
    const { client, namespace } = await openSession(environment);
    const shown = await client.getDelivery({ params: { namespaceId: namespace.id, deliveryId } });
    if (options.json === true) terminal.json(shown);
    else printDelivery(terminal, shown);
  },
};
