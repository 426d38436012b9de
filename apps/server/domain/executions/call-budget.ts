import { FlowwError } from "@floww/contract/errors";
import { limits } from "@floww/contract/limits";

const SECOND = 1_000;

/** What one run may ask of the server. Past the rate a call waits its turn; past the other bounds it is refused. */
export class CallBudget {
  readonly #now: () => number;
  readonly #wait: (ms: number) => Promise<void>;
  #calls = 0;
  #atOnce = 0;
  #bytes = 0;
  /** When the next call has its turn. */
  #nextAt: number;

  constructor({
    now = () => performance.now(),
    wait = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms)),
  } = {}) {
    this.#now = now;
    this.#wait = wait;
    this.#nextAt = now() - SECOND;
  }

  /** Runs `call` within the bounds. @throws FlowwError HOST_CALLS_EXCEEDED */
  async spend<T>(inputBytes: number, call: () => Promise<{ value: T; bytes: number }>): Promise<T> {
    this.#calls += 1;
    if (this.#calls > limits.hostCallsPerRunMax) throw exceeded(`${limits.hostCallsPerRunMax} calls`);
    if (this.#atOnce >= limits.hostCallsAtOnceMax)
      throw exceeded(`${limits.hostCallsAtOnceMax} calls at once`);
    this.#charge(inputBytes);
    this.#atOnce += 1;
    try {
      await this.#turn();
      const { value, bytes } = await call();
      this.#charge(bytes);
      return value;
    } finally {
      this.#atOnce -= 1;
    }
  }

  #charge(bytes: number): void {
    this.#bytes += bytes;
    if (this.#bytes > limits.hostCallBytesPerRunMax) throw exceeded(`${limits.hostCallBytesPerRunMax} bytes`);
  }

  /** A second's worth may come in one burst. */
  async #turn(): Promise<void> {
    const now = this.#now();
    this.#nextAt = Math.max(this.#nextAt, now - SECOND) + SECOND / limits.hostCallsPerSecond;
    if (this.#nextAt > now) await this.#wait(this.#nextAt - now);
  }
}

function exceeded(bound: string): FlowwError {
  return new FlowwError("HOST_CALLS_EXCEEDED", `The run asked the server for more than ${bound}.`);
}
