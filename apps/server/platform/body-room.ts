import { FlowwError } from "@floww/contract/errors";
import { limits } from "@floww/contract/limits";

/** The memory for webhooks' bodies: one is held from its first byte until its request is answered, and all have one bound. */
export class BodyRoom {
  readonly #bytesMax: number;
  #bytes = 0;

  constructor({ bytesMax = limits.bodiesBytesMax }: { bytesMax?: number } = {}) {
    this.#bytesMax = bytesMax;
  }

  /** For one request; what it takes is given back when it is disposed of. */
  open(): BodyPlace {
    let held = 0;
    return {
      take: (bytes) => {
        if (this.#bytes + bytes > this.#bytesMax)
          throw new FlowwError(
            "QUEUE_FULL",
            "The bodies of other requests fill the memory that there is for them.",
          );
        this.#bytes += bytes;
        held += bytes;
      },
      [Symbol.dispose]: () => {
        this.#bytes -= held;
        held = 0;
      },
    };
  }
}

export interface BodyPlace extends Disposable {
  /** @throws FlowwError QUEUE_FULL */
  take(bytes: number): void;
}
