import { randomUUID } from "node:crypto";
import { Centrifuge, type PublicationContext, type SubscribedContext, type Subscription } from "centrifuge";
import { WebSocket } from "ws";
import type { RealtimePeer } from "./peer.ts";
import { RawClient } from "./raw-client.ts";

export function freshName(kind: string): string {
  return `${kind}-${randomUUID()}`;
}

/** The client library as the CLI and the dashboard use it. */
export class LibraryClient implements Disposable {
  readonly client: Centrifuge;
  readonly subject: string;
  readonly #peer: RealtimePeer;

  constructor(peer: RealtimePeer, subject = freshName("subject"), getToken?: () => Promise<string>) {
    this.#peer = peer;
    this.subject = subject;
    this.client = new Centrifuge(peer.url, {
      websocket: WebSocket,
      getToken: getToken ?? (() => peer.realtime.connectionToken(subject)),
      minReconnectDelay: 20,
      maxReconnectDelay: 200,
    });
  }

  [Symbol.dispose](): void {
    this.client.disconnect();
  }

  async connect(): Promise<this> {
    this.client.connect();
    await this.client.ready(LIMIT_MS);
    return this;
  }

  /** Subscribes and keeps what it hears. */
  async listen(channel: string): Promise<Listening> {
    const subscription = this.client.newSubscription(channel, {
      getToken: () => this.#peer.realtime.subscriptionToken(this.subject, channel),
      minResubscribeDelay: 20,
    });
    const listening = new Listening(subscription);
    subscription.subscribe();
    await subscription.ready(LIMIT_MS);
    return listening;
  }
}

export class Listening {
  readonly subscription: Subscription;
  readonly heard: PublicationContext[] = [];
  readonly subscribed: SubscribedContext[] = [];

  constructor(subscription: Subscription) {
    this.subscription = subscription;
    subscription.on("publication", (publication) => this.heard.push(publication));
    subscription.on("subscribed", (context) => this.subscribed.push(context));
  }

  get numbers(): unknown[] {
    return this.heard.map(({ data }) => data.n);
  }

  /** Until the publication with this number was heard; it says nothing about those before it. */
  async hears(n: number): Promise<void> {
    await eventOf(this.subscription, "publication", () => this.numbers.includes(n));
  }

  async subscribedTimes(times: number): Promise<SubscribedContext> {
    await eventOf(this.subscription, "subscribed", () => this.subscribed.length >= times);
    return this.subscribed[times - 1]!;
  }
}

export async function connectRaw(
  peer: RealtimePeer,
  subject = freshName("subject"),
  options: ConstructorParameters<typeof RawClient>[1] = {},
): Promise<RawClient> {
  const client = await new RawClient(peer.url, options).opened();
  await client.ask({ id: 1, connect: { token: await peer.realtime.connectionToken(subject) } });
  return client;
}

const LIMIT_MS = 10_000;

interface Emitter {
  on(event: never, listener: () => void): unknown;
  off(event: never, listener: () => void): unknown;
}

/** Waits for events of a kind until the condition holds. */
export async function eventOf(emitter: Emitter, event: string, isDone: () => boolean): Promise<void> {
  if (isDone()) return;
  await new Promise<void>((resolve, reject) => {
    const limit = setTimeout(() => end(() => reject(new RangeError(`No such ${event}.`))), LIMIT_MS);
    const listener = () => isDone() && end(resolve);
    const end = (settle: () => void) => {
      clearTimeout(limit);
      // The library types its events one by one; which one it is does not matter here.
      emitter.off(event as never, listener);
      settle();
    };
    emitter.on(event as never, listener);
  });
}
