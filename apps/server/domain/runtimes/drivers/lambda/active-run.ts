import { FlowwError } from "@floww/contract/errors";
import { FunctionRun, type RunEnd, type RunJob, type RunSink, runError } from "@floww/executor/host";

/** A run and its clock: until it is sent it waits for a place, for no longer than it may take; then it has its deadline. */
export class ActiveRun {
  readonly executionId: string;
  readonly run: FunctionRun;
  readonly #timeoutMs: number;
  readonly #gone = new AbortController();
  #timer: NodeJS.Timeout | undefined;

  constructor(job: RunJob, sink: RunSink) {
    this.executionId = job.executionId;
    this.run = new FunctionRun(job, sink);
    this.#timeoutMs = job.timeoutMs;
    const stop = () => clearTimeout(this.#timer);
    this.run.end.then(stop, stop);
    this.wait();
  }

  /** Says that nobody waits for its answer any more. */
  get signal(): AbortSignal {
    return this.#gone.signal;
  }

  /** Nothing of it has begun. */
  wait(): void {
    this.#restart(() => {
      const late = "AWS Lambda had no place for it within the run's time.";
      this.run.fail(new FlowwError("RUNTIME_UNAVAILABLE", late));
      this.letGo();
    });
  }

  /** From here on it may begin at any moment. */
  beginAttempt(): void {
    this.#restart(() => {
      const error = runError("RUN_TIMED_OUT", `The run was ended after ${this.#timeoutMs} ms.`);
      this.end({ state: "timed_out", error });
    });
  }

  end(end: RunEnd): void {
    this.run.endAs(end);
    this.letGo();
  }

  letGo(): void {
    this.#gone.abort();
  }

  #restart(onTime: () => void): void {
    clearTimeout(this.#timer);
    if (!this.run.isOver) this.#timer = setTimeout(onTime, this.#timeoutMs);
  }
}
