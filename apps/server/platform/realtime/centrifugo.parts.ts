import { describe } from "vitest";
import { Centrifugo } from "./centrifugo/centrifugo.ts";
import { isCentrifugoInstalled, startCentrifugo } from "./centrifugo/start-centrifugo.ts";
import { describeRestarts } from "./conformance/restarts.ts";
import { conformanceSettings, describeRealtime, type RealtimePeer } from "./conformance.ts";
import { REALTIME_AUDIENCE } from "./token-issuer.ts";

// A real Centrifugo v6, so that the suite says what Centrifugo does and not what we think it does.
describe.skipIf(!isCentrifugoInstalled)("[needs centrifugo]", () => {
  describeRealtime("Centrifugo", openCentrifugo);
  describeRestarts("Centrifugo", openCentrifugo, { restarts: 100, publications: 100_000 });
});

async function openCentrifugo(): Promise<RealtimePeer> {
  const started = await startCentrifugo(settings());
  const { apiUrl, apiKey, url, restart } = started;
  const key = Buffer.from(started.tokenKey);
  const realtime = new Centrifugo({ apiUrl, apiKey, tokenKey: key });
  return {
    realtime,
    url,
    tokens: { key, audience: REALTIME_AUDIENCE },
    restart,
    close: async () => {
      await realtime.close();
      await started.close();
    },
  };
}

function settings(): Record<string, unknown> {
  const ms = (duration: number) => `${duration}ms`;
  const is = conformanceSettings;
  return {
    health: { enabled: true },
    client: {
      allowed_origins: [is.allowedOrigin],
      token: { audience: REALTIME_AUDIENCE },
      ping_interval: ms(is.pingIntervalMs),
      pong_timeout: ms(is.pongTimeoutMs),
      stale_close_delay: ms(is.staleAfterMs),
      expired_close_delay: ms(is.expiredCloseDelayMs),
      expired_sub_close_delay: ms(is.expiredSubscriptionCloseDelayMs),
      // Expired subscriptions are looked for when presence is renewed.
      presence_update_interval: "1s",
      channel_limit: is.channelsPerConnectionMax,
      user_connection_limit: is.connectionsPerSubjectMax,
      queue_max_size: is.queueBytesMax,
    },
    websocket: { message_size_limit: is.messageBytesMax },
    channel: {
      max_length: is.channelNameBytesMax,
      without_namespace: {
        presence: true,
        history_size: is.historySize,
        history_ttl: ms(is.historyTtlMs),
        force_recovery: true,
        allow_presence_for_subscriber: true,
        allow_history_for_subscriber: true,
      },
    },
  };
}
