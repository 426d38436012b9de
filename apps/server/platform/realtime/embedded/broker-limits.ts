import type { HistoryLimits } from "./memory-engine.ts";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const KB = 1024;
const MB = 1024 * KB;

/** Every bound of the broker. Where Centrifugo has the same setting, the number is its default. */
export interface BrokerLimits extends HistoryLimits {
  /** Announced to the client in whole seconds. */
  pingIntervalMs: number;
  pongTimeoutMs: number;
  /** An open socket that has not connected by then is closed. */
  staleAfterMs: number;
  /** How long after its expiry a connection may still be refreshed; a client refreshes at the expiry itself. */
  expiredCloseDelayMs: number;
  expiredSubscriptionCloseDelayMs: number;
  /** How long the other side may take to answer a close before its socket is destroyed. */
  closeTimeoutMs: number;
  /** One frame from a client. */
  messageBytesMax: number;
  /** What waits for one client that does not read. */
  queueBytesMax: number;
  connectionsMax: number;
  connectionsPerSubjectMax: number;
  channelsPerConnectionMax: number;
  channelNameBytesMax: number;
  /** A publication is a doorbell: this times the history size stays under `queueBytesMax`, so a recovery always fits. */
  publicationBytesMax: number;
  /** What may arrive for one client while it subscribes to a channel. */
  heldPublicationsMax: number;
  /** Publications accepted and not yet handed on. */
  pendingPublicationsMax: number;
}

export const brokerLimits: BrokerLimits = {
  pingIntervalMs: 25 * SECOND,
  pongTimeoutMs: 8 * SECOND,
  staleAfterMs: 10 * SECOND,
  expiredCloseDelayMs: 10 * SECOND,
  expiredSubscriptionCloseDelayMs: 10 * SECOND,
  closeTimeoutMs: 2 * SECOND,
  messageBytesMax: 64 * KB,
  queueBytesMax: 1 * MB,
  connectionsMax: 10_000,
  connectionsPerSubjectMax: 128,
  channelsPerConnectionMax: 128,
  channelNameBytesMax: 255,
  publicationBytesMax: 8 * KB,
  heldPublicationsMax: 1_000,
  pendingPublicationsMax: 100_000,
  historySize: 100,
  historyTtlMs: 5 * MINUTE,
  historyChannelsMax: 10_000,
  historyBytesMax: 64 * MB,
};
