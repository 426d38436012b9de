import type { TokenIssuer } from "../token-issuer.ts";
import type { Alarms } from "./alarms.ts";
import type { BrokerEngine } from "./broker-engine.ts";
import type { BrokerLimits } from "./broker-limits.ts";
import type { ChannelHub } from "./channel-hub.ts";
import type { EncodedLine } from "./outbox.ts";
import type { Disconnect, Unsubscribed } from "./protocol.ts";
import type { Subscription } from "./subscription.ts";

/** Where a test holds a subscribe to publish under it: it listens already; it knows where the stream stands. */
export type PausePoint = "joined" | "read";
export type PauseAt = (point: PausePoint, channel: string) => Promise<void>;

/** One connected client, as the broker and the commands see it. */
export interface Client {
  readonly id: string;
  readonly core: BrokerCore;
  readonly alarms: Alarms;
  readonly subscriptions: Map<string, Subscription>;
  /** Who it is, once connected. */
  subject: string | undefined;
  readonly isEnded: boolean;
  send(line: EncodedLine): void;
  end(reason: Disconnect): void;
  /** Without a reason the client is not told. */
  endSubscription(channel: string, why?: Unsubscribed): void;
  startPings(): void;
}

/** What a client needs of the broker. */
export interface BrokerCore {
  readonly limits: BrokerLimits;
  readonly engine: BrokerEngine;
  readonly hub: ChannelHub;
  readonly tokens: TokenIssuer;
  now(): number;
  report(error: unknown): void;
  pauseAt: PauseAt;
  connectionsOf(subject: string): number;
  /** The client is this subject's from now on. */
  admit(client: Client, subject: string): void;
  forget(client: Client): void;
}
