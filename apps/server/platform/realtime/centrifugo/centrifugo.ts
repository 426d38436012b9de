import { encodePublication } from "../publication.ts";
import type { Realtime, RealtimeData } from "../realtime.ts";
import { REALTIME_AUDIENCE, TOKEN_TTL_SECONDS, TokenIssuer } from "../token-issuer.ts";
import { CentrifugoApi, type CentrifugoApiOptions } from "./centrifugo-api.ts";
import { CommandQueue } from "./command-queue.ts";

export interface CentrifugoOptions extends CentrifugoApiOptions {
  /** `client.token.hmac_secret_key` of its configuration; at least 32 bytes. */
  tokenKey: Uint8Array;
  now?: () => number;
}

/** The same bounds as the embedded broker's: what can be said here can be said there. */
const PUBLICATION = { channelNameBytesMax: 255, publicationBytesMax: 8 * 1024 };
/** Ends for good: a client that may come back asks for another token first. */
const ACCESS_ENDED = { code: 4501, reason: "access ended" };

/** Realtime by a Centrifugo v6 beside this server: https://centrifugal.dev/docs/server/server_api. */
export class Centrifugo implements Realtime {
  readonly #api: CentrifugoApi;
  readonly #commands: CommandQueue;
  readonly #tokens: TokenIssuer;

  constructor({ tokenKey, now = Date.now, ...api }: CentrifugoOptions) {
    this.#api = new CentrifugoApi(api);
    this.#commands = new CommandQueue(this.#api);
    const audience = REALTIME_AUDIENCE;
    this.#tokens = new TokenIssuer({ key: tokenKey, audience, ttlSeconds: TOKEN_TTL_SECONDS, now });
  }

  async publish(channel: string, data: RealtimeData): Promise<void> {
    encodePublication({ channel, data }, PUBLICATION);
    await this.#commands.add({ publish: { channel, data } });
  }

  async broadcast(channels: readonly string[], data: RealtimeData): Promise<void> {
    for (const channel of channels) encodePublication({ channel, data }, PUBLICATION);
    if (channels.length > 0) await this.#commands.add({ broadcast: { channels: [...channels], data } });
  }

  connectionToken(subject: string): Promise<string> {
    return this.#tokens.issue(subject);
  }

  subscriptionToken(subject: string, channel: string): Promise<string> {
    return this.#tokens.issue(subject, channel);
  }

  async disconnect(subject: string): Promise<void> {
    await this.#api.call("disconnect", { user: subject, disconnect: ACCESS_ENDED });
  }

  async presence(channel: string): Promise<number> {
    const { num_users } = await this.#api.call("presence_stats", { channel });
    return typeof num_users === "number" ? num_users : 0;
  }

  /** @throws FlowwError REALTIME_UNAVAILABLE, also when it does not know our key */
  async assertReady(): Promise<void> {
    await this.#api.call("info", {});
  }

  async close(): Promise<void> {
    await this.#commands.close();
  }
}
