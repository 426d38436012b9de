import type { Client } from "../broker-core.ts";
import {
  type Command,
  type CommandName,
  commandNames,
  disconnect,
  type Request,
  refuse,
} from "../protocol.ts";
import { connect, refresh } from "./connect.ts";
import type { Outcome } from "./outcome.ts";
import { history, presence, presenceStats } from "./read-channel.ts";
import { refreshSubscription, subscribe, unsubscribe } from "./subscribe.ts";

type Handlers = {
  [Name in CommandName]: (client: Client, request: Request<Name>) => Outcome | Promise<Outcome>;
};

const handlers: Handlers = {
  connect,
  subscribe,
  unsubscribe,
  // Only the server publishes: a client that could would speak for the server to everyone in the channel.
  publish: (_client, { channel }) => {
    if (!channel) throw disconnect.badRequest();
    throw refuse.permissionDenied();
  },
  presence,
  presence_stats: presenceStats,
  history,
  rpc: () => {
    throw refuse.notAvailable();
  },
  send: () => {
    throw disconnect.notAvailable();
  },
  refresh,
  sub_refresh: refreshSubscription,
};

/** Carries out the first command that is present. */
export async function carryOut(client: Client, command: Command): Promise<Outcome> {
  for (const name of commandNames) {
    const request = command[name];
    if (request) return await call(name, client, request);
  }
  throw disconnect.badRequest();
}

async function call<Name extends CommandName>(
  name: Name,
  client: Client,
  request: Request<Name>,
): Promise<Outcome> {
  return await handlers[name](client, request);
}
