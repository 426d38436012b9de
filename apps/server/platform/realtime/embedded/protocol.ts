import { z } from "zod";

/** Ends the connection. 3000 to 3499 and 4000 to 4499: the client comes back by itself; 3500 to 3999 and 4500 to 4999: it does not. */
export class Disconnect extends Error {
  override readonly name = "Disconnect";
  readonly code: number;

  constructor(code: number, reason: string) {
    super(reason);
    this.code = code;
  }
}

/** The answer to one command; the connection goes on. */
export class CommandRefused extends Error {
  override readonly name = "CommandRefused";
  readonly code: number;
  /** The client may try the same again. */
  readonly isTemporary: boolean;

  constructor(code: number, message: string, isTemporary = false) {
    super(message);
    this.code = code;
    this.isTemporary = isTemporary;
  }
}

/** Codes and reasons are Centrifugo's: the client library acts on the numbers. */
export const disconnect = {
  shutdown: () => new Disconnect(3001, "shutdown"),
  serverError: () => new Disconnect(3004, "internal server error"),
  expired: () => new Disconnect(3005, "connection expired"),
  slow: () => new Disconnect(3008, "slow"),
  noPong: () => new Disconnect(3012, "no pong"),
  invalidToken: () => new Disconnect(3500, "invalid token"),
  badRequest: () => new Disconnect(3501, "bad request"),
  stale: () => new Disconnect(3502, "stale"),
  connectionLimit: () => new Disconnect(3504, "connection limit"),
  notAvailable: () => new Disconnect(3508, "not available"),
  /** Ours, from the range left to applications. */
  accessEnded: () => new Disconnect(4501, "access ended"),
};

export const refuse = {
  internal: () => new CommandRefused(100, "internal server error", true),
  permissionDenied: () => new CommandRefused(103, "permission denied"),
  alreadySubscribed: () => new CommandRefused(105, "already subscribed"),
  limitExceeded: () => new CommandRefused(106, "limit exceeded"),
  badRequest: () => new CommandRefused(107, "bad request"),
  notAvailable: () => new CommandRefused(108, "not available"),
  tokenExpired: () => new CommandRefused(109, "token expired"),
  unrecoverablePosition: () => new CommandRefused(112, "unrecoverable position"),
};

/** Tells a client that one subscription ended. From 2500 on it subscribes again by itself. */
export const unsubscribed = {
  insufficientState: { code: 2500, reason: "insufficient state" },
  expired: { code: 2501, reason: "subscription expired" },
};
export type Unsubscribed = (typeof unsubscribed)[keyof typeof unsubscribed];

const id = z.number().int().min(0).max(0xffff_ffff);
const offset = z.number().int().min(0).nullish();
const text = z.string().nullish();
const inChannel = z.object({ channel: text }).nullish();
const inChannelWithToken = z.object({ channel: text, token: text });

/** What we read of a command; the rest is ignored, as Centrifugo does. */
export const commandSchema = z.object({
  id: id.nullish(),
  connect: z.object({ token: text }).nullish(),
  subscribe: inChannelWithToken.extend({ recover: z.boolean().nullish(), offset, epoch: text }).nullish(),
  unsubscribe: inChannel,
  publish: inChannel,
  presence: inChannel,
  presence_stats: inChannel,
  history: z
    .object({
      channel: text,
      limit: z.number().int().nullish(),
      since: z.object({ offset, epoch: text }).nullish(),
      reverse: z.boolean().nullish(),
    })
    .nullish(),
  rpc: z.object({}).nullish(),
  send: z.object({}).nullish(),
  refresh: z.object({ token: text }).nullish(),
  sub_refresh: inChannelWithToken.nullish(),
});

export type Command = z.infer<typeof commandSchema>;
/** In the order in which the first one present is taken. */
export const commandNames = [
  "connect",
  "subscribe",
  "unsubscribe",
  "publish",
  "presence",
  "presence_stats",
  "history",
  "rpc",
  "send",
  "refresh",
  "sub_refresh",
] as const;
export type CommandName = (typeof commandNames)[number];
export type Request<Name extends CommandName> = NonNullable<Command[Name]>;

/** Commands of one frame, one a line. A generator: those before a broken line are carried out, as Centrifugo does. */
export function* decodeFrame(frame: Buffer): Generator<Command> {
  const lines = frame.toString("utf8").split("\n");
  if (lines.length > 1 && lines.at(-1) === "") lines.pop();
  for (const line of lines) yield decodeCommand(line);
}

function decodeCommand(line: string): Command {
  try {
    return commandSchema.parse(JSON.parse(line));
  } catch {
    throw disconnect.badRequest();
  }
}
