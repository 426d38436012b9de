import type { Json } from "@floww/contract/abi";
import { FlowwError } from "@floww/contract/errors";
import type { AnswerHeader } from "@floww/contract/frames";
import { limits } from "@floww/contract/limits";
import type { ProviderAnswer, ProviderRequest, RunEnd, RunJob, RunLog, RunSink } from "@floww/executor/host";

interface PendingRun {
  job: RunJob;
  sink: RunSink;
  isTaken: boolean;
  /** A streamed answer was committed: chunks may come. */
  isStreaming: boolean;
  /** A part of the answer is on its way: the next must not overtake it. */
  isBusy: boolean;
  timer: NodeJS.Timeout | undefined;
  end(end: RunEnd): void;
}

/** The laptop keeps the deadline itself, and needs time to say so; this is for one that does not. */
const HAND_IN_MS = 5_000;

/** Of a run without a caller. Where one waits, his patience decides (`giveUp`): two clocks would tell him different things. */
const NOT_TAKEN_MS = limits.callerWaitMs + HAND_IN_MS;

export interface TakenJob {
  job: RunJob;
  /** Left out while a debugger may hold the run. */
  timeoutMs?: number;
}

export interface LaptopDriverOptions {
  /** Tells the laptop that an execution waits for it. */
  ring(executionId: string): void;
  hasDeadlines(): boolean;
}

/** Runs events on a laptop: it hears the doorbell, takes the event over the API, and hands in how it ended. */
export class LaptopDriver {
  readonly #options: LaptopDriverOptions;
  readonly #runs = new Map<string, PendingRun>();

  constructor(options: LaptopDriverOptions) {
    this.#options = options;
  }

  run(job: RunJob, sink: RunSink): Promise<RunEnd> {
    const { promise, resolve } = Promise.withResolvers<RunEnd>();
    const run: PendingRun = {
      job,
      sink,
      isTaken: false,
      isStreaming: false,
      isBusy: false,
      timer: setTimeout(() => run.end(endOf(notTaken())), NOT_TAKEN_MS),
      end: (end) => {
        clearTimeout(run.timer);
        this.#runs.delete(job.executionId);
        resolve(end);
      },
    };
    this.#runs.set(job.executionId, run);
    this.#options.ring(job.executionId);
    return promise;
  }

  /** An event that no laptop has taken by now is not run later. */
  giveUp(executionId: string): FlowwError | undefined {
    const run = this.#runs.get(executionId);
    if (run === undefined || run.isTaken) return undefined;
    const error = notTaken();
    run.end(endOf(error));
    return error;
  }

  cancel(executionId: string): void {
    this.#runs.get(executionId)?.end(ended("cancelled", "RUN_CANCELLED", "The run was cancelled."));
  }

  has(executionId: string): boolean {
    return this.#runs.has(executionId);
  }

  /** Not taken yet: what a laptop that missed the doorbell asks for. */
  waiting(): string[] {
    return [...this.#runs].filter(([, run]) => !run.isTaken).map(([executionId]) => executionId);
  }

  /** @throws FlowwError STATE_CONFLICT when it was taken, or is over */
  take(executionId: string): TakenJob {
    const run = this.#runs.get(executionId);
    if (run === undefined || run.isTaken) {
      throw new FlowwError("STATE_CONFLICT", `The event ${executionId} was taken already, or is over.`);
    }
    run.isTaken = true;
    run.sink.began?.();
    clearTimeout(run.timer);
    run.timer = undefined;
    if (!this.#options.hasDeadlines()) return { job: run.job };
    const { timeoutMs } = run.job;
    run.timer = setTimeout(
      () => run.end(ended("timed_out", "RUN_TIMED_OUT", `The run was ended after ${timeoutMs} ms.`)),
      timeoutMs + HAND_IN_MS,
    );
    return { job: run.job, timeoutMs };
  }

  log(executionId: string, lines: RunLog[]): void {
    const { sink } = this.#taken(executionId);
    for (const line of lines) sink.log(line);
  }

  call(executionId: string, operation: string, input: Json): Promise<Json> {
    return this.#taken(executionId).sink.call(operation, input);
  }

  /** Resolves once the early answer is committed, and on its way to its caller. */
  answer(executionId: string, header: AnswerHeader, body: Buffer): Promise<void> {
    const run = this.#taken(executionId);
    return this.#oneAtATime(run, async () => {
      await run.sink.answer(header, body);
      run.isStreaming = header.stream === true;
    });
  }

  /** Resolves once the caller has taken it. @throws FlowwError STATE_CONFLICT without a streamed answer before it */
  chunk(executionId: string, bytes: Buffer): Promise<void> {
    const run = this.#taken(executionId);
    if (!run.isStreaming)
      throw new FlowwError("STATE_CONFLICT", `The event ${executionId} has no answer that is a stream.`);
    return this.#oneAtATime(run, async () => run.sink.chunk(bytes));
  }

  /** A vendor call of a handler on the laptop. */
  fetch(executionId: string, request: ProviderRequest, signal: AbortSignal): Promise<ProviderAnswer> {
    return this.#taken(executionId).sink.fetch(request, signal);
  }

  end(executionId: string, end: RunEnd): void {
    const run = this.#taken(executionId);
    if (run.isBusy) throw tooEarly(executionId);
    run.end(end);
  }

  /** The laptop is gone, or another terminal took over: what it had taken cannot end any more. */
  abandon(reason: string): void {
    for (const run of [...this.#runs.values()]) {
      if (run.isTaken) run.end(ended("interrupted", "INTERRUPTED", reason));
    }
  }

  async #oneAtATime(run: PendingRun, work: () => Promise<void>): Promise<void> {
    if (run.isBusy) throw tooEarly(run.job.executionId);
    run.isBusy = true;
    try {
      await work();
    } finally {
      run.isBusy = false;
    }
  }

  #taken(executionId: string): PendingRun {
    const run = this.#runs.get(executionId);
    if (run?.isTaken === true) return run;
    throw new FlowwError("STATE_CONFLICT", `The event ${executionId} is not being run by this session.`);
  }
}

function tooEarly(executionId: string): FlowwError {
  const message = `The part of the answer of ${executionId} before this one is still on its way.`;
  return new FlowwError("STATE_CONFLICT", message, { fix: "Hand in one after the other." });
}

function notTaken(): FlowwError {
  return new FlowwError("DEV_NOT_TAKEN", "No dev session took this event in time; it can be replayed.");
}

function endOf({ code, message }: FlowwError): RunEnd {
  return { state: "interrupted", error: { code, name: "FlowwError", message } };
}

function ended(
  state: "cancelled" | "timed_out" | "interrupted",
  code: "RUN_CANCELLED" | "RUN_TIMED_OUT" | "INTERRUPTED",
  message: string,
): RunEnd {
  return { state, error: { code, name: "FlowwError", message } };
}
