import { randomBytes } from "node:crypto";
import type {
  BrokerEngine,
  ChannelHistory,
  Publication,
  PublicationListener,
  StopListening,
} from "./broker-engine.ts";

export interface HistoryLimits {
  /** Publications kept per channel. */
  historySize: number;
  historyTtlMs: number;
  /** Channels whose streams are kept; past it the one used longest ago is forgotten. */
  historyChannelsMax: number;
  /** All kept publications together; past it the same. */
  historyBytesMax: number;
}

/** Streams and listeners of one process. Needs no timer: what is too old is dropped when a stream is touched or evicted. */
export class MemoryEngine implements BrokerEngine {
  readonly #limits: HistoryLimits;
  readonly #now: () => number;
  /** Ordered by last use, the longest ago first. */
  readonly #streams = new Map<string, Stream>();
  readonly #listeners = new Map<string, Set<PublicationListener>>();
  #bytes = 0;

  constructor(limits: HistoryLimits, now: () => number) {
    this.#limits = limits;
    this.#now = now;
  }

  /** For tests and gauges: what is held now. */
  get held(): { channels: number; bytes: number; listeners: number } {
    return { channels: this.#streams.size, bytes: this.#bytes, listeners: this.#listeners.size };
  }

  async publish(channel: string, json: string): Promise<void> {
    const stream = this.#use(channel);
    stream.top += 1;
    const publication: Kept = { json, offset: stream.top, epoch: stream.epoch, at: this.#now() };
    stream.kept.push(publication);
    this.#count(stream, json.length);
    this.#trim(stream);
    this.#evict();
    for (const listener of this.#listeners.get(channel) ?? []) listener(publication);
  }

  async listen(channel: string, listener: PublicationListener): Promise<StopListening> {
    const listeners = this.#listeners.get(channel) ?? new Set();
    this.#listeners.set(channel, listeners.add(listener));
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0 && this.#listeners.get(channel) === listeners) this.#listeners.delete(channel);
    };
  }

  async history(channel: string, afterOffset: number): Promise<ChannelHistory> {
    const stream = this.#use(channel);
    this.#trim(stream);
    this.#evict();
    return {
      publications: stream.kept.filter(({ offset }) => offset > afterOffset),
      position: { offset: stream.top, epoch: stream.epoch },
    };
  }

  async close(): Promise<void> {
    this.#streams.clear();
    this.#listeners.clear();
    this.#bytes = 0;
  }

  #use(channel: string): Stream {
    const stream = this.#streams.get(channel) ?? newStream();
    this.#streams.delete(channel);
    this.#streams.set(channel, stream);
    return stream;
  }

  #trim(stream: Stream): void {
    const oldestAt = this.#now() - this.#limits.historyTtlMs;
    const isOver = () =>
      stream.kept.length > this.#limits.historySize || (stream.kept[0]?.at ?? oldestAt) < oldestAt;
    while (stream.kept.length > 0 && isOver()) this.#count(stream, -(stream.kept.shift()?.json.length ?? 0));
  }

  /** Forgets whole streams: what is left of one never has a hole, and its next life has another epoch. */
  #evict(): void {
    for (const [channel, stream] of this.#streams) {
      const isOver =
        this.#streams.size > this.#limits.historyChannelsMax || this.#bytes > this.#limits.historyBytesMax;
      if (!isOver || this.#streams.size === 1) return;
      this.#streams.delete(channel);
      this.#count(stream, -stream.bytes);
    }
  }

  #count(stream: Stream, bytes: number): void {
    stream.bytes += bytes;
    this.#bytes += bytes;
  }
}

interface Kept extends Publication {
  at: number;
}

interface Stream {
  epoch: string;
  top: number;
  kept: Kept[];
  bytes: number;
}

const EPOCH_BYTES = 6;

function newStream(): Stream {
  return { epoch: randomBytes(EPOCH_BYTES).toString("base64url"), top: 0, kept: [], bytes: 0 };
}
