import type { ChildProcess } from "node:child_process";
import { setTimeout as delay } from "node:timers/promises";

interface KeptPostmasterOptions {
  /** Resolves when it takes connections. */
  start(): Promise<ChildProcess>;
  stop(child: ChildProcess): Promise<void>;
  report(error: unknown): void;
}

/** What a killed one leaves in shared memory needs a moment to go. */
const RETRY_MS = 500;

/** A postmaster that is started again whenever it ends unasked: killed for memory, crashed, or by somebody's mistake. */
export class KeptPostmaster {
  readonly #options: KeptPostmasterOptions;
  #running: Promise<ChildProcess | undefined>;
  #isStopping = false;

  /** @throws FlowwError POSTGRES_FAILED when the first start fails */
  static async start(options: KeptPostmasterOptions): Promise<KeptPostmaster> {
    return new KeptPostmaster(options, await options.start());
  }

  private constructor(options: KeptPostmasterOptions, child: ChildProcess) {
    this.#options = options;
    this.#running = Promise.resolve(child);
    this.#watch(child);
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    const child = await this.#running;
    if (child !== undefined) await this.#options.stop(child);
  }

  #watch(child: ChildProcess): void {
    const startAgain = () => {
      if (this.#isStopping) return;
      this.#options.report(
        new RangeError(
          `PostgreSQL ended unasked (${child.signalCode ?? child.exitCode}) and is started again.`,
        ),
      );
      this.#running = this.#startAgain();
    };
    if (child.exitCode !== null || child.signalCode !== null) startAgain();
    else child.once("exit", startAgain);
  }

  async #startAgain(): Promise<ChildProcess | undefined> {
    while (!this.#isStopping) {
      try {
        const child = await this.#options.start();
        this.#watch(child);
        return child;
      } catch (error) {
        this.#options.report(error);
        await delay(RETRY_MS);
      }
    }
    return undefined;
  }
}
