import type { Realtime } from "../realtime.ts";

/** A broker under test, set up with `conformanceSettings`. */
export interface RealtimePeer {
  realtime: Realtime;
  /** `ws://` address for clients. */
  url: string;
  /** What its tokens are signed with, so that the suite can make what `realtime` would never issue. */
  tokens: { key: Uint8Array; audience: string };
  /** As a crash would, and there again at the same address: nothing of what it kept is left. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

const SECOND = 1000;

/** Small numbers, so that each bound is met within seconds. */
export const conformanceSettings = {
  pingIntervalMs: 1 * SECOND,
  pongTimeoutMs: 500,
  staleAfterMs: 1 * SECOND,
  expiredCloseDelayMs: 1 * SECOND,
  expiredSubscriptionCloseDelayMs: 1 * SECOND,
  historySize: 10,
  historyTtlMs: 300 * SECOND,
  channelsPerConnectionMax: 5,
  connectionsPerSubjectMax: 3,
  channelNameBytesMax: 255,
  messageBytesMax: 64 * 1024,
  queueBytesMax: 1024 * 1024,
  allowedOrigin: "https://app.example",
} as const;
