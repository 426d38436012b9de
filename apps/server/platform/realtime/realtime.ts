/**
 * Publications to browsers and command lines, with history and recovery. Production: Centrifugo; here: a broker in this
 * process that speaks Centrifugo's client protocol, so that clients use the one `centrifuge` library for both.
 * One interface, one conformance suite (conformance.ts).
 *
 * A publication is a doorbell: an id and a kind, never a payload and never a secret. Whoever hears it asks the API.
 */
export interface Realtime {
  /** Resolves when the broker has it, in order per channel. */
  publish(channel: string, data: RealtimeData): Promise<void>;
  /** The same to several. */
  broadcast(channels: readonly string[], data: RealtimeData): Promise<void>;
  /** A short-lived JWT to connect with. */
  connectionToken(subject: string): Promise<string>;
  /** A short-lived JWT for one channel; whoever asks has been authorised by the API. */
  subscriptionToken(subject: string, channel: string): Promise<string>;
  /** Ends every connection of a subject now: it was removed, or its session was revoked. */
  disconnect(subject: string): Promise<void>;
  /** How many subjects listen to a channel now. */
  presence(channel: string): Promise<number>;
  close(): Promise<void>;
}

export type RealtimeData = { [name: string]: string | number | boolean | null };
