import { type AdvanceContext, advanceReplay } from "../domain/deliveries/replays/advance-replay.ts";
import { nextDueMs } from "../domain/deliveries/replays/store.ts";
import type { JobStates } from "../domain/job-states/job-states.ts";

interface RunnerContext extends AdvanceContext {
  jobStates: JobStates;
}

/** How late a server may learn of a replay that another one was asked for, or was killed in the middle of. */
const LOOK_MS = 1_000;

/** Goes on with replays of many. Every server does: a row that one has, the others skip. */
export class ReplayRunner {
  readonly #context: RunnerContext;
  #timer: NodeJS.Timeout | undefined;
  #turn: Promise<void> = Promise.resolve();
  #isStopped = false;

  constructor(context: RunnerContext) {
    this.#context = context;
    this.#wait(0);
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    await this.#turn;
  }

  #wait(ms: number): void {
    if (this.#isStopped) return;
    this.#timer = setTimeout(() => {
      this.#turn = this.#look().then((next) => this.#wait(next));
    }, ms);
  }

  /** Resolves with how long until the next look. */
  async #look(): Promise<number> {
    try {
      await this.#context.jobStates.track("advance-replays", async () => {
        while (!this.#isStopped && (await advanceReplay(this.#context)));
      });
      const dueMs = (await nextDueMs(this.#context.database)) ?? LOOK_MS;
      return Math.min(LOOK_MS, Math.max(1, dueMs));
    } catch (error) {
      this.#context.report(error);
      return LOOK_MS;
    }
  }
}
