import type { ExecutorSource } from "./process-driver.ts";
import type { PreparedExecutor, SpawnedExecutor } from "./spawn-executor.ts";

/** What was taken last is to be up before the next one needs a processor. */
const NEXT_AFTER_MS = 200;

/**
 * Keeps one sandbox ready that has nothing in it yet: two processes of two megabytes, where a booted node has fifty. To
 * copy the server's process and to set the sandbox up takes as long as half of node's start, and the first answer of a
 * deployment need not wait for it.
 */
export class SandboxAhead implements ExecutorSource {
  readonly #prepare: () => PreparedExecutor;
  #ready: PreparedExecutor | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(prepare: () => PreparedExecutor) {
    this.#prepare = prepare;
  }

  start(): SpawnedExecutor {
    const sandbox = this.#ready ?? this.#prepare();
    this.#ready = undefined;
    this.#prepareSoon();
    sandbox.go();
    return sandbox;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    const ready = this.#ready;
    this.#ready = undefined;
    ready?.child.kill("SIGKILL");
    await ready?.gone;
  }

  #prepareSoon(): void {
    clearTimeout(this.#timer);
    if (this.#isClosed) return;
    this.#timer = setTimeout(() => this.#prepareNow(), NEXT_AFTER_MS);
    this.#timer.unref();
  }

  #prepareNow(): void {
    let sandbox: PreparedExecutor;
    try {
      sandbox = this.#prepare();
    } catch {
      return; // whoever needs one hears of it
    }
    const { child } = sandbox;
    const preparedAt = performance.now();
    this.#ready = sandbox;
    // Somebody from outside, or the kernel, may end it before it is wanted. One that ends at once would do so again.
    const forget = () => {
      if (this.#ready !== sandbox) return;
      this.#ready = undefined;
      if (performance.now() - preparedAt > NEXT_AFTER_MS) this.#prepareSoon();
    };
    child.once("error", forget);
    child.once("exit", forget);
    for (const stream of child.stdio ?? []) stream?.on("error", () => undefined);
  }
}
