import type { Connection } from "../connection.ts";
import {
  type Command,
  type CommandName,
  commandNames,
  disconnect,
  type Request,
  refuse,
} from "../protocol.ts";
import { connect, refresh } from "./connect.ts";
import { history, presence, presenceStats } from "./read-channel.ts";
import { refreshSubscription, subscribe, unsubscribe } from "./subscribe.ts";

export interface Outcome {
  /** Named as the command was. */
  reply: object;
  /** What must not reach the client before the reply. */
  afterReply?: () => void;
}

type Handlers = {
  [Name in CommandName]: (connection: Connection, request: Request<Name>) => Outcome | Promise<Outcome>;
};

const handlers: Handlers = {
  connect,
  subscribe,
  unsubscribe,
  // Only the server publishes: a client that could would speak for the server to everyone in the channel.
  publish: (_connection, { channel }) => {
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
export async function carryOut(connection: Connection, command: Command): Promise<Outcome> {
  for (const name of commandNames) {
    const request = command[name];
    if (request) return await call(name, connection, request);
  }
  throw disconnect.badRequest();
}

async function call<Name extends CommandName>(
  name: Name,
  connection: Connection,
  request: Request<Name>,
): Promise<Outcome> {
  return await handlers[name](connection, request);
}
