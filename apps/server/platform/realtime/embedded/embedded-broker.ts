import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { FlowwError } from "@floww/contract/errors";
import { type ServerOptions, WebSocketServer } from "ws";
import { encodePublication } from "../publication.ts";
import type { Realtime, RealtimeData } from "../realtime.ts";
import { REALTIME_AUDIENCE, TOKEN_TTL_SECONDS, TokenIssuer } from "../token-issuer.ts";
import type { BrokerCore, Client, PauseAt } from "./broker-core.ts";
import type { BrokerEngine } from "./broker-engine.ts";
import { type BrokerLimits, brokerLimits } from "./broker-limits.ts";
import { ChannelHub } from "./channel-hub.ts";
import { Connection } from "./connection.ts";
import { MemoryEngine } from "./memory-engine.ts";
import { disconnect } from "./protocol.ts";
import { PublishQueue } from "./publish-queue.ts";

/** Where clients connect; Centrifugo's own path. */
export const CONNECTION_PATH = "/connection/websocket";

export interface EmbeddedBrokerOptions {
  /** Signs and verifies the tokens (HS256); at least 32 bytes. */
  key: Uint8Array;
  /** Asked for browsers only: what sends no Origin is none. */
  isAllowedOrigin: (origin: string) => boolean;
  /** For errors that are ours. */
  report: (error: unknown) => void;
  audience?: string;
  tokenTtlSeconds?: number;
  limits?: Partial<BrokerLimits>;
  engine?: BrokerEngine;
  now?: () => number;
  /** For tests of races. */
  pauseAt?: PauseAt;
}

/** Realtime in this process, for clients that speak Centrifugo's protocol (JSON over WebSocket). */
export class EmbeddedBroker implements Realtime {
  readonly #options: EmbeddedBrokerOptions;
  readonly #core: BrokerCore;
  readonly #publications: PublishQueue;
  readonly #sockets: WebSocketServer;
  readonly #connections = new Set<Connection>();
  readonly #bySubject = new Map<string, Set<Client>>();
  #isClosing = false;

  constructor(options: EmbeddedBrokerOptions) {
    const {
      key,
      report,
      audience = REALTIME_AUDIENCE,
      tokenTtlSeconds: ttlSeconds = TOKEN_TTL_SECONDS,
    } = options;
    const limits = { ...brokerLimits, ...options.limits };
    const now = options.now ?? Date.now;
    const engine = options.engine ?? new MemoryEngine(limits, now);
    this.#options = options;
    this.#core = {
      limits,
      engine,
      hub: new ChannelHub(engine),
      tokens: new TokenIssuer({ key, audience, ttlSeconds, now }),
      now,
      report,
      pauseAt: options.pauseAt ?? (async () => {}),
      connectionsOf: (subject) => this.#bySubject.get(subject)?.size ?? 0,
      admit: (client, subject) => this.#admit(client, subject),
      forget: (client) => this.#forget(client),
    };
    this.#publications = new PublishQueue(engine, limits.pendingPublicationsMax);
    // `closeTimeout` is missing in the types of ws.
    const sockets: ServerOptions & { closeTimeout: number } = {
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false,
      maxPayload: limits.messageBytesMax,
      closeTimeout: limits.closeTimeoutMs,
    };
    this.#sockets = new WebSocketServer(sockets);
  }

  /** For tests and gauges. */
  get held(): { connections: number; subjects: number; channels: number } {
    return {
      connections: this.#connections.size,
      subjects: this.#bySubject.size,
      channels: this.#core.hub.channels,
    };
  }

  /** Takes over an upgrade request to `CONNECTION_PATH`. */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const { origin } = request.headers;
    if (origin !== undefined && !this.#options.isAllowedOrigin(origin))
      return refuseUpgrade(socket, "403 Forbidden");
    if (this.#isClosing || this.#connections.size >= this.#core.limits.connectionsMax) {
      return refuseUpgrade(socket, "503 Service Unavailable");
    }
    this.#sockets.handleUpgrade(request, socket, head, (webSocket) => {
      const connection = new Connection(webSocket, this.#core);
      this.#connections.add(connection);
      void connection.closed.then(() => this.#connections.delete(connection));
    });
  }

  async publish(channel: string, data: RealtimeData): Promise<void> {
    if (this.#isClosing) throw new FlowwError("SERVER_STOPPING");
    await this.#publications.add(channel, encodePublication({ channel, data }, this.#core.limits));
  }

  async broadcast(channels: readonly string[], data: RealtimeData): Promise<void> {
    await Promise.all(channels.map((channel) => this.publish(channel, data)));
  }

  connectionToken(subject: string): Promise<string> {
    return this.#core.tokens.issue(subject);
  }

  subscriptionToken(subject: string, channel: string): Promise<string> {
    return this.#core.tokens.issue(subject, channel);
  }

  async disconnect(subject: string): Promise<void> {
    for (const client of [...(this.#bySubject.get(subject) ?? [])]) client.end(disconnect.accessEnded());
  }

  async presence(channel: string): Promise<number> {
    return new Set(this.#core.hub.members(channel).map(({ subject }) => subject)).size;
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    const connections = [...this.#connections];
    for (const connection of connections) connection.end(disconnect.shutdown());
    await Promise.all(connections.map(({ closed }) => closed));
    await this.#core.engine.close();
  }

  #admit(client: Client, subject: string): void {
    client.subject = subject;
    const own = this.#bySubject.get(subject) ?? new Set();
    this.#bySubject.set(subject, own.add(client));
  }

  #forget(client: Client): void {
    const { subject } = client;
    if (subject === undefined) return;
    const own = this.#bySubject.get(subject);
    own?.delete(client);
    if (own?.size === 0) this.#bySubject.delete(subject);
  }
}

function refuseUpgrade(socket: Duplex, status: string): void {
  socket.on("error", () => {}); // Gone already: nobody to tell.
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`, () => socket.destroy());
}
