import { randomBytes } from "node:crypto";
import type { RealtimeConfig } from "../config/config.ts";
import { Centrifugo } from "../platform/realtime/centrifugo/centrifugo.ts";
import { CONNECTION_PATH, EmbeddedBroker } from "../platform/realtime/embedded/embedded-broker.ts";
import type { Realtime } from "../platform/realtime/realtime.ts";

export interface OpenedRealtime {
  realtime: Realtime;
  /** Where clients connect. */
  realtimeUrl(): string;
  /** Takes over a WebSocket's connection; none where clients connect elsewhere. */
  upgrade: EmbeddedBroker["handleUpgrade"] | undefined;
}

interface RealtimeSurroundings {
  publicUrl(): URL;
  report(error: unknown): void;
}

const KEY_BYTES = 32;

/** The broker that the configuration names. */
export function openRealtime(
  config: RealtimeConfig,
  { publicUrl, report }: RealtimeSurroundings,
): OpenedRealtime {
  if (config.kind === "centrifugo") {
    const { apiUrl, apiKey, tokenKey, url } = config;
    const centrifugo = new Centrifugo({ apiUrl, apiKey, tokenKey: Buffer.from(tokenKey) });
    // Said and no more: what it would ring for is asked for every few seconds anyway.
    centrifugo.assertReady().catch(report);
    return { realtime: centrifugo, realtimeUrl: () => url.href, upgrade: undefined };
  }
  const broker = new EmbeddedBroker({
    // Tokens live shortly and only here: a restarted server gives out others.
    key: randomBytes(KEY_BYTES),
    isAllowedOrigin: (origin) => origin === publicUrl().origin,
    report,
  });
  return {
    realtime: broker,
    realtimeUrl: () => `${publicUrl().href.replace(/\/$/, "").replace(/^http/, "ws")}${CONNECTION_PATH}`,
    upgrade: (...socket) => broker.handleUpgrade(...socket),
  };
}
