import type { Client } from "../broker-core.ts";
import { disconnect, type Request, refuse } from "../protocol.ts";
import type { Outcome } from "./outcome.ts";

/** Who is in a channel is for those who are in it. */
export function presence(client: Client, { channel }: Request<"presence">): Outcome {
  const members = membersFor(client, channel);
  const clients = members.map(({ client, subject }) => [client, { user: subject, client }]);
  return { reply: { presence: { presence: Object.fromEntries(clients) } } };
}

export function presenceStats(client: Client, { channel }: Request<"presence_stats">): Outcome {
  const members = membersFor(client, channel);
  const subjects = new Set(members.map(({ subject }) => subject));
  return { reply: { presence_stats: { num_clients: members.length, num_users: subjects.size } } };
}

/** `limit` 0 or none: only where the stream stands; below 0: all that is kept. */
export async function history(client: Client, request: Request<"history">): Promise<Outcome> {
  const channel = joined(client, request.channel);
  const { since, reverse } = request;
  const limit = request.limit ?? 0;
  const { publications, position } = await client.core.engine.history(channel, 0);
  if (since?.epoch && since.epoch !== position.epoch) throw refuse.unrecoverablePosition();
  const from = since?.offset ?? (since ? 0 : undefined);
  const asked = publications.filter(
    ({ offset }) => from === undefined || (reverse ? offset < from : offset > from),
  );
  if (reverse) asked.reverse();
  const shown = limit < 0 ? asked : asked.slice(0, limit);
  return {
    reply: {
      history: {
        publications: shown.map(({ json, offset }) => ({ data: JSON.parse(json), offset })),
        ...position,
      },
    },
  };
}

function membersFor(client: Client, channel: string | null | undefined) {
  return client.core.hub.members(joined(client, channel));
}

function joined(client: Client, channel: string | null | undefined): string {
  if (!channel) throw disconnect.badRequest();
  if (!client.subscriptions.get(channel)?.isOpen) throw refuse.permissionDenied();
  return channel;
}
