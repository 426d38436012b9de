import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { conformanceSettings, type RealtimePeer } from "../conformance/peer.ts";
import { CONNECTION_PATH, EmbeddedBroker, type EmbeddedBrokerOptions } from "./embedded-broker.ts";

export interface OpenedBroker extends RealtimePeer, AsyncDisposable {
  realtime: EmbeddedBroker;
  port: number;
  /** What the broker found wrong with itself: empty at the end of a test. */
  reported: unknown[];
}

/** For tests: a broker on a port of its own. */
export async function openBroker(options: Partial<EmbeddedBrokerOptions> = {}): Promise<OpenedBroker> {
  const { allowedOrigin, ...limits } = conformanceSettings;
  const tokens = { key: Buffer.alloc(32, 1), audience: "floww-realtime" };
  const reported: unknown[] = [];
  const create = () =>
    new EmbeddedBroker({
      key: tokens.key,
      audience: tokens.audience,
      isAllowedOrigin: (origin) => origin === allowedOrigin,
      report: (error) => reported.push(error),
      ...options,
      limits: { ...limits, ...options.limits },
    });
  let realtime = create();
  const server = createServer();
  server.on("upgrade", (request, socket, head) => realtime.handleUpgrade(request, socket, head));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const close = async () => {
    await realtime.close();
    if (server.listening) await new Promise((resolve) => server.close(resolve));
  };
  return {
    get realtime() {
      return realtime;
    },
    url: `ws://127.0.0.1:${port}${CONNECTION_PATH}`,
    tokens,
    port,
    reported,
    restart: async () => {
      const before = realtime;
      realtime = create();
      await before.close();
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}
