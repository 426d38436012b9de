import type { Publication, StreamPosition } from "./broker-engine.ts";
import type { Member } from "./channel-hub.ts";
import type { EncodedLine } from "./outbox.ts";

export interface SubscriptionOptions {
  channel: string;
  client: string;
  subject: string;
  send: (line: EncodedLine) => void;
  /** The stream went on without us: the client has to ask for what it missed. */
  onLost: (wasOpen: boolean) => void;
  /** Publications that may wait while the client is told where the stream stands. */
  heldMax: number;
}

/**
 * A client's place in one stream. It holds what arrives until the reply to `subscribe` has said where the stream stands,
 * then hands on exactly what follows that: an offset seen before is dropped, and a gap ends the subscription.
 */
export class Subscription implements Member {
  readonly #options: SubscriptionOptions;
  #held: { publication: Publication; line: EncodedLine }[] = [];
  #position: StreamPosition | undefined;
  #isEnded = false;

  constructor(options: SubscriptionOptions) {
    this.#options = options;
  }

  get channel(): string {
    return this.#options.channel;
  }

  get client(): string {
    return this.#options.client;
  }

  get subject(): string {
    return this.#options.subject;
  }

  get isOpen(): boolean {
    return this.#position !== undefined && !this.#isEnded;
  }

  deliver(publication: Publication, line: EncodedLine): void {
    if (this.#isEnded) return;
    if (this.#position === undefined) {
      this.#held.push({ publication, line });
      if (this.#held.length > this.#options.heldMax) this.#lose();
      return;
    }
    const { epoch, offset } = this.#position;
    if (publication.epoch === epoch && publication.offset <= offset) return;
    if (publication.epoch !== epoch || publication.offset !== offset + 1) return this.#lose();
    this.#position = { epoch, offset: publication.offset };
    this.#options.send(line);
  }

  /** Goes on from a position that the client has been told. */
  open(position: StreamPosition): void {
    this.#position = position;
    for (const { publication, line } of this.#held.splice(0)) this.deliver(publication, line);
  }

  end(): void {
    this.#isEnded = true;
    this.#held = [];
  }

  #lose(): void {
    this.end();
    this.#options.onLost(this.#position !== undefined);
  }
}
