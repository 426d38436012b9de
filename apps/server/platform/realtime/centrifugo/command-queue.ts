import { FlowwError } from "@floww/contract/errors";
import type { CentrifugoApi } from "./centrifugo-api.ts";

interface Waiting {
  command: object;
  done: PromiseWithResolvers<void>;
}

/** Centrifugo carries a batch out in its order, and two requests in any: one at a time, with all that came meanwhile. */
const BATCH = 100;
/** What waits while Centrifugo is slow: doorbells, which are asked for anyway when they do not ring. */
const WAITING_MAX = 10_000;

/** Publications in the order in which they were asked for, over one request at a time. */
export class CommandQueue {
  readonly #api: CentrifugoApi;
  #waiting: Waiting[] = [];
  #running: Promise<void> | undefined;

  constructor(api: CentrifugoApi) {
    this.#api = api;
  }

  /** Resolves when Centrifugo has carried it out. @throws FlowwError REALTIME_UNAVAILABLE, REALTIME_OVERLOADED */
  async add(command: object): Promise<void> {
    if (this.#waiting.length >= WAITING_MAX) throw new FlowwError("REALTIME_OVERLOADED");
    const done = Promise.withResolvers<void>();
    this.#waiting.push({ command, done });
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
    });
    await done.promise;
  }

  /** Resolves when what was asked for is done. */
  async close(): Promise<void> {
    await this.#running;
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, BATCH);
      try {
        const answers = await this.#api.batch(batch.map(({ command }) => command));
        for (const [index, { done }] of batch.entries()) {
          const answer = answers[index];
          if (answer instanceof FlowwError) done.reject(answer);
          else done.resolve();
        }
      } catch (error) {
        for (const { done } of batch) done.reject(error);
      }
    }
  }
}
