import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SignJWT } from "jose";
import { describe } from "vitest";
import { conformanceSettings, describeRealtime, type RealtimePeer } from "./conformance.ts";
import type { Realtime } from "./realtime.ts";

const BINARY = process.env.CENTRIFUGO_BINARY ?? "centrifugo";
const KEY = "0123456789abcdef0123456789abcdef";
const AUDIENCE = "floww-realtime";
const API_KEY = "api-key";
const READY_MS = 20_000;

// A real Centrifugo v6, so that the suite says what Centrifugo does and not what we think it does.
const isInstalled = spawnSync(BINARY, ["version"]).status === 0;
describe.skipIf(!isInstalled)("[needs centrifugo]", () => {
  describeRealtime("Centrifugo", openCentrifugo);
});

async function openCentrifugo(): Promise<RealtimePeer> {
  const folder = await mkdtemp(join(tmpdir(), "centrifugo-"));
  const port = await freePort();
  await writeFile(join(folder, "config.json"), JSON.stringify(settings(port)));
  const program = spawn(BINARY, ["-c", join(folder, "config.json")], { stdio: "ignore" });
  const api = `http://127.0.0.1:${port}`;
  await ready(program, `${api}/health`);
  return {
    realtime: overHttp(`${api}/api`),
    url: `ws://127.0.0.1:${port}/connection/websocket`,
    tokens: { key: Buffer.from(KEY), audience: AUDIENCE },
    close: async () => {
      if (program.exitCode === null) {
        program.kill("SIGKILL");
        await once(program, "exit");
      }
      await rm(folder, { recursive: true });
    },
  };
}

function settings(port: number): object {
  const ms = (duration: number) => `${duration}ms`;
  const is = conformanceSettings;
  return {
    http_server: { address: "127.0.0.1", port },
    health: { enabled: true },
    http_api: { key: API_KEY },
    log: { level: "error" },
    client: {
      allowed_origins: [is.allowedOrigin],
      token: { hmac_secret_key: KEY, audience: AUDIENCE },
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

/** Only what the suite needs; the client that Floww uses in production is another file's job. */
function overHttp(api: string): Realtime {
  async function call(method: string, body: object): Promise<{ num_users?: number }> {
    const response = await fetch(`${api}/${method}`, {
      method: "POST",
      headers: { "X-API-Key": API_KEY },
      body: JSON.stringify(body),
    });
    const { result, error } = (await response.json()) as { result?: object; error?: { message: string } };
    if (!result) throw new RangeError(`Centrifugo refused ${method}: ${error?.message}`);
    return result;
  }
  const token = (subject: string, channel?: string) =>
    new SignJWT(channel === undefined ? {} : { channel })
      .setProtectedHeader({ alg: "HS256", typ: "JWT" })
      .setSubject(subject)
      .setAudience(AUDIENCE)
      .setExpirationTime("5m")
      .sign(Buffer.from(KEY));
  return {
    publish: async (channel, data) => void (await call("publish", { channel, data })),
    connectionToken: (subject) => token(subject),
    subscriptionToken: token,
    disconnect: async (user) =>
      void (await call("disconnect", { user, disconnect: { code: 4501, reason: "access ended" } })),
    presence: async (channel) => (await call("presence_stats", { channel })).num_users ?? 0,
    close: async () => {},
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function ready(program: ChildProcess, url: string): Promise<void> {
  const until = Date.now() + READY_MS;
  while (Date.now() < until && program.exitCode === null) {
    const response = await fetch(url).catch(() => undefined);
    if (response?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new RangeError("Centrifugo did not become ready.");
}
