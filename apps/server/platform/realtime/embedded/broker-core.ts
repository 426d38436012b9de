import type { BrokerEngine } from "./broker-engine.ts";
import type { BrokerLimits } from "./broker-limits.ts";
import type { ChannelHub } from "./channel-hub.ts";
import type { Connection } from "./connection.ts";
import type { TokenIssuer } from "./token-issuer.ts";

/** Where a test holds a subscribe to publish under it: it listens already; it knows where the stream stands. */
export type PausePoint = "joined" | "read";
export type PauseAt = (point: PausePoint, channel: string) => Promise<void>;

/** What a connection needs of the broker. */
export interface BrokerCore {
  readonly limits: BrokerLimits;
  readonly engine: BrokerEngine;
  readonly hub: ChannelHub;
  readonly tokens: TokenIssuer;
  now(): number;
  report(error: unknown): void;
  pauseAt: PauseAt;
  connectionsOf(subject: string): number;
  /** The connection is this subject's from now on. */
  admit(connection: Connection, subject: string): void;
  forget(connection: Connection): void;
}
