import { limits } from "@floww/contract/limits";
import { type Command, jsonOption } from "../command.ts";
import { formatInstant } from "../executions/format-time.ts";
import { readPages } from "../read-pages.ts";
import { openSession } from "../session.ts";

export const listWorkflows: Command = {
  usage: "list workflows",
  summary: "List the workflows of the namespace.",
  example: "floww list workflows --json",
  options: [jsonOption],
  run: async ({ options, environment, terminal }) => {
    const { client, namespace } = await openSession(environment);
    const params = { namespaceId: namespace.id };
    const items = await readPages((cursor) =>
      client.listWorkflows({ params, query: { limit: limits.pageSizeMax, ...cursor } }),
    );
    if (options.json === true) return terminal.json(items);
    if (items.length === 0)
      return terminal.note(`${namespace.name} has no workflow yet. \`floww init\` makes one.`);
    terminal.table(
      ["NAME", "LIVE", "CREATED", "WEBHOOKS AT", "ID"],
      items.map(({ name, activeDeploymentId, pausedAt, createdAt, webhookUrl, id }) => [
        name,
        activeDeploymentId === undefined ? "no" : pausedAt === undefined ? "yes" : "paused",
        formatInstant(createdAt),
        webhookUrl,
        id,
      ]),
    );
  },
};
