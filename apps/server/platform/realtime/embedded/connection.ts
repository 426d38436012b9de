import { randomUUID } from "node:crypto";
import type { WebSocket } from "ws";
import { Alarms, subscriptionAlarm } from "./alarms.ts";
import type { BrokerCore, Client } from "./broker-core.ts";
import { encodeUnsubscribed } from "./channel-hub.ts";
import { carryOut } from "./commands/carry-out.ts";
import { type EncodedLine, encodeLine, Outbox } from "./outbox.ts";
import {
  type Command,
  CommandRefused,
  Disconnect,
  decodeFrame,
  disconnect,
  refuse,
  type Unsubscribed,
} from "./protocol.ts";
import type { Subscription } from "./subscription.ts";

/** One client. Its commands are carried out one after another; while one is, its socket is not read. */
export class Connection implements Client {
  readonly id = randomUUID();
  readonly core: BrokerCore;
  readonly alarms = new Alarms();
  readonly subscriptions = new Map<string, Subscription>();
  readonly closed: Promise<void>;
  subject: string | undefined;
  readonly #socket: WebSocket;
  readonly #outbox: Outbox;
  readonly #inbox: Buffer[] = [];
  #isBusy = false;
  #isEnded = false;
  /** Refused at `connect`: it may read why, and nothing else. */
  #isUnusable = false;
  #isPongAwaited = false;

  constructor(socket: WebSocket, core: BrokerCore) {
    this.core = core;
    this.#socket = socket;
    this.#outbox = new Outbox(socket, core.limits.queueBytesMax, () => this.end(disconnect.slow()));
    this.closed = new Promise((resolve) =>
      socket.once("close", () => {
        this.#release();
        resolve();
      }),
    );
    socket.on("error", () => {}); // A broken frame or socket; `close` follows.
    socket.on("message", (data: Buffer) => this.#receive(data));
    this.alarms.set("stale", core.limits.staleAfterMs, () => this.end(disconnect.stale()));
  }

  get isEnded(): boolean {
    return this.#isEnded;
  }

  send(line: EncodedLine): void {
    if (!this.#isEnded) this.#outbox.put(line);
  }

  /** Says why and closes; a client that does not answer loses its socket after `closeTimeoutMs`. */
  end(reason: Disconnect): void {
    if (this.#isEnded) return;
    this.#release();
    if (reason.code === disconnect.slow().code) this.#outbox.discard();
    else this.#outbox.flush();
    this.#socket.close(reason.code, reason.message);
  }

  endSubscription(channel: string, why?: Unsubscribed): void {
    const subscription = this.subscriptions.get(channel);
    if (!subscription) return;
    subscription.end();
    this.subscriptions.delete(channel);
    this.alarms.clear(subscriptionAlarm(channel));
    this.core.hub.leave(channel, subscription);
    if (why) this.send(encodeUnsubscribed(channel, why));
  }

  startPings(): void {
    const { pingIntervalMs } = this.core.limits;
    // The first comes at a moment of its own, so that clients that reconnect together are not pinged together.
    this.alarms.set("ping", pingIntervalMs * (0.5 + Math.random() / 2), () => this.#ping());
  }

  #ping(): void {
    const { pingIntervalMs, pongTimeoutMs } = this.core.limits;
    this.alarms.set("ping", pingIntervalMs, () => this.#ping());
    this.alarms.set("pong", pongTimeoutMs, () => this.end(disconnect.noPong()));
    this.#isPongAwaited = true;
    this.send(PING);
  }

  #takePong(): void {
    if (!this.#isPongAwaited) throw disconnect.badRequest();
    this.#isPongAwaited = false;
    this.alarms.clear("pong");
  }

  #receive(frame: Buffer): void {
    if (this.#isEnded) return;
    this.#inbox.push(frame);
    if (!this.#isBusy) void this.#work();
  }

  async #work(): Promise<void> {
    this.#isBusy = true;
    this.#socket.pause();
    try {
      for (let frame = this.#inbox.shift(); frame && !this.#isEnded; frame = this.#inbox.shift()) {
        for (const command of decodeFrame(frame)) {
          if (this.#isEnded) break;
          await this.#take(command);
        }
      }
    } catch (error) {
      if (!(error instanceof Disconnect)) this.core.report(error);
      this.end(error instanceof Disconnect ? error : disconnect.serverError());
    }
    this.#isBusy = false;
    this.#socket.resume();
  }

  async #take(command: Command): Promise<void> {
    if (this.#isUnusable) throw disconnect.badRequest();
    if (this.subject === undefined && !command.connect) throw disconnect.badRequest();
    const id = command.id ?? 0;
    if (id === 0 && !command.send) return this.#takePong();
    try {
      const { reply, afterReply } = await carryOut(this, command);
      this.send(encodeLine({ id, ...reply }));
      afterReply?.();
    } catch (error) {
      if (error instanceof Disconnect) throw error;
      if (!(error instanceof CommandRefused)) this.core.report(error);
      const { code, message, isTemporary } = error instanceof CommandRefused ? error : refuse.internal();
      this.send(encodeLine({ id, error: { code, message, ...(isTemporary ? { temporary: true } : {}) } }));
      if (command.connect) this.#isUnusable = true;
    }
  }

  #release(): void {
    this.#isEnded = true;
    this.alarms.close();
    this.#inbox.length = 0;
    for (const channel of [...this.subscriptions.keys()]) this.endSubscription(channel);
    this.core.forget(this);
  }
}

const PING: EncodedLine = { text: "{}", bytes: 2 };
