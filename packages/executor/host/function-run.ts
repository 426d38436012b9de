import type { FlowwError } from "@floww/contract/errors";
import {
  FRAME_BYTES_MAX,
  type Frame,
  FrameDecoder,
  FromExecutor,
  STREAM_WINDOW_BYTES,
  ToExecutor,
} from "@floww/contract/frames";
import type { LambdaEvent } from "../transports/lambda.ts";
import type { BundleSource } from "../transports/lambda-bundle.ts";
import { type Death, deathOf, endOfRun, type ProcessEnd } from "./process-end.ts";
import { refusalOf, runError } from "./received.ts";
import type { CallBack, RunEnd, RunJob, RunSink } from "./run.ts";
import { RunReceiver } from "./run-receiver.ts";

/** What a function's process is known to have ended with; undefined: it lives, and has given its whole answer. */
export type FunctionEnd = Omit<ProcessEnd, "death"> | undefined;

/**
 * One run in a function that takes one event at a time, on AWS Lambda or in a container: the event that it is invoked
 * with, and what its answer means, which is a stream of the frames that a pipe would carry.
 */
export class FunctionRun {
  readonly #job: RunJob;
  readonly #frames = new FunctionFrames((frame) => this.#receive(frame));
  readonly #receiver: RunReceiver;
  readonly #end = Promise.withResolvers<RunEnd>();
  /** Of this run in its process, which a process counts for itself. */
  #number = 0;
  #death: Death | undefined;
  #isOver = false;
  readonly #loaded = Promise.withResolvers<void>();
  #isRefused = false;

  constructor(job: RunJob, sink: RunSink) {
    this.#job = job;
    this.#receiver = new RunReceiver(sink, {
      // There is no way back into the function; what the caller has taken makes room for more.
      send: (kind, header) => {
        if (kind === ToExecutor.taken) this.#frames.taken((header as { bytes: number }).bytes);
      },
      end: (end) => this.endAs(end),
    });
    this.#end.promise.catch(() => undefined);
  }

  /** @throws FlowwError IMPORT_FAILED and the like, when the bundle could not be loaded for it */
  get end(): Promise<RunEnd> {
    return this.#end.promise;
  }

  /** Resolves once the bundle is imported, or known not to be; also when the run is over before that. */
  get loaded(): Promise<void> {
    return this.#loaded.promise;
  }

  /** The bundle could not be imported, and this process will not try again. */
  get isRefused(): boolean {
    return this.#isRefused;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** What the function is invoked with. `callBack`: where its run asks, when not where the job says. */
  eventFor(source: BundleSource, callBack: CallBack | undefined = this.#job.callBack): LambdaEvent {
    const { executionId, handlerId, attempt, timeoutMs, event, isResumed, isLastAttempt } = this.#job;
    return {
      ...source,
      invoke: {
        ...{ executionId, handlerId, attempt, deadlineAt: Date.now() + timeoutMs, event: event.head },
        ...(isResumed === true ? { isResumed } : {}),
        ...(isLastAttempt === true ? { isLastAttempt } : {}),
      },
      body: Buffer.from(event.body).toString("base64"),
      ...(callBack === undefined ? {} : { callBack }),
    };
  }

  /** A piece of the answer; resolves when more of it can be taken. */
  receive(bytes: Buffer): Promise<void> {
    return this.#frames.receive(bytes).catch((thrown: Error) => {
      this.endAs({ state: "failed", error: runError("FRAME_INVALID", thrown.message) });
    });
  }

  /** The invocation is over. What its frames have said stands, also what still waits for a commit or for its caller. */
  async finish(end: FunctionEnd): Promise<void> {
    await this.#receiver.settled();
    if (this.#isOver) return;
    if (end === undefined) {
      const error = runError("FRAME_INVALID", "The function's answer ended without an end of the run.");
      return this.endAs({ state: "failed", error });
    }
    const number = this.#number || this.#death?.charged || 1;
    this.endAs(endOfRun({ ...end, death: this.#death }, number, true));
  }

  /** The invocation is over, in a way that says nothing of a process. What its frames have said stands. */
  async finishAs(end: RunEnd): Promise<void> {
    await this.#receiver.settled();
    this.endAs(end);
  }

  /** What its process wrote past its executor. */
  sayLastWords(text: string): void {
    if (!this.#isOver && text !== "") this.#receiver.lastWords(this.#receiver.hide(text));
  }

  /** Ends it from outside: cancelled, timed out, interrupted. The first end counts. */
  endAs(end: RunEnd): void {
    this.#end.resolve(end);
    this.#close();
  }

  fail(error: FlowwError): void {
    this.#end.reject(error);
    this.#close();
  }

  #close(): void {
    this.#isOver = true;
    this.#loaded.resolve();
    this.#receiver.close();
    this.#frames.close();
  }

  #receive(frame: Frame): void {
    const { kind, run, header } = frame;
    this.#loaded.resolve();
    if (kind === FromExecutor.loaded) return;
    if (kind === FromExecutor.refused) {
      this.#isRefused = true;
      return this.fail(refusalOf(header));
    }
    if (kind === FromExecutor.dying) {
      this.#death ??= deathOf(run, header);
      return;
    }
    this.#number ||= run;
    this.#receiver.receive(frame);
  }
}

/** What a bundle declares, from the answer of an invocation without a run. */
export class FunctionLoad {
  readonly #loaded = Promise.withResolvers<unknown>();
  readonly #frames = new FunctionFrames(({ kind, header }) => {
    if (kind === FromExecutor.loaded) this.#loaded.resolve(header);
    if (kind === FromExecutor.refused) this.#loaded.reject(refusalOf(header));
  });

  constructor() {
    this.#loaded.promise.catch(() => undefined);
  }

  /** @throws FlowwError of the import */
  get declared(): Promise<unknown> {
    return this.#loaded.promise;
  }

  receive(bytes: Buffer): Promise<void> {
    return this.#frames.receive(bytes).catch((thrown: Error) => this.fail(thrown));
  }

  fail(error: Error): void {
    this.#loaded.reject(error);
  }
}

/** Frames out of pieces, as fast as what they carry is taken. */
class FunctionFrames {
  readonly #decoder = new FrameDecoder(FRAME_BYTES_MAX);
  readonly #deal: (frame: Frame) => void;
  #underWayBytes = 0;
  #room: PromiseWithResolvers<void> | undefined;
  #isClosed = false;

  constructor(deal: (frame: Frame) => void) {
    this.#deal = deal;
  }

  async receive(bytes: Buffer): Promise<void> {
    for (const frame of this.#decoder.push(bytes)) {
      if (this.#underWayBytes >= STREAM_WINDOW_BYTES) await this.#waitForRoom();
      if (this.#isClosed) return;
      if (frame.kind === FromExecutor.chunk) this.#underWayBytes += frame.body.byteLength;
      this.#deal(frame);
    }
  }

  taken(bytes: number): void {
    this.#underWayBytes -= bytes;
    if (this.#underWayBytes < STREAM_WINDOW_BYTES) this.#room?.resolve();
  }

  close(): void {
    this.#isClosed = true;
    this.#room?.resolve();
  }

  async #waitForRoom(): Promise<void> {
    this.#room = Promise.withResolvers();
    await this.#room.promise;
    this.#room = undefined;
  }
}
