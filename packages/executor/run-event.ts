import type { ExecutionScope, LogLevel, TriggerRegistration, WireEvent } from "@floww/contract/abi";
import { FlowwError } from "@floww/contract/errors";
import { type DoneHeader, FromExecutor, type InvokeHeader } from "@floww/contract/frames";
import { type Answer, answerOfError, asBytes, toAnswer } from "./answer.ts";
import type { Channel } from "./channel.ts";
import { RunLog } from "./run-log.ts";
import { RunSignal } from "./run-signal.ts";
import { StreamWindow } from "./stream-window.ts";
import { toWireError } from "./wire-error.ts";

const CHUNK_BYTES_MAX = 64 * 1024;

/** One run of one handler: its scope, its answer, its end. Every way a handler can end has one outcome here. */
export class Run {
  readonly number: number;
  readonly scope: ExecutionScope;
  readonly #channel: Channel;
  readonly #abort = new RunSignal();
  readonly #window = new StreamWindow();
  readonly #onSuspended: () => void;
  readonly #log: RunLog;
  #isAnswered = false;
  #isDone = false;
  #committed: (() => void) | undefined;

  constructor(
    number: number,
    invoke: InvokeHeader,
    origin: { workflowId: string; deploymentId: string },
    { channel, onSuspended }: { channel: Channel; onSuspended(): void },
  ) {
    this.number = number;
    this.#onSuspended = onSuspended;
    this.#channel = channel;
    this.#log = new RunLog((header, body) => channel.send(FromExecutor.log, number, header, body));
    this.scope = new Scope(this, this.#abort, { invoke, ...origin });
  }

  async execute(handler: TriggerRegistration, event: WireEvent): Promise<void> {
    try {
      await this.#finish(await handle(handler, this.scope, event));
    } catch (thrown) {
      await this.#fail(thrown);
    } finally {
      this.#abort.abort("AbortError", "The run has ended.");
    }
  }

  cancel(reason: "deadline" | "cancelled"): void {
    const name = reason === "deadline" ? "TimeoutError" : "AbortError";
    this.#abort.abort(name, `The run was ended: ${reason}.`);
    this.#committed?.();
    this.#window.open();
  }

  /** The server has committed the early answer. */
  committed(): void {
    this.#committed?.();
  }

  /** The caller has read this much of the stream. */
  taken(bytes: number): void {
    this.#window.taken(bytes);
  }

  log(level: LogLevel, text: string): void {
    if (!this.#isDone) this.#log.add(level, text);
  }

  /** The process is about to end: what the run still had to say goes before that. */
  sayRest(): void {
    if (!this.#isDone) this.#log.sayRest();
  }

  async respond(value: unknown): Promise<void> {
    if (this.#isAnswered || this.#isDone) throw new FlowwError("ALREADY_ANSWERED");
    this.#isAnswered = true;
    const answer = await toAnswer(value).catch((error: unknown) => {
      // Nothing was sent: the handler may still answer with something else.
      this.#isAnswered = false;
      throw error;
    });
    const committed = new Promise<void>((resolve) => {
      this.#committed = resolve;
    });
    this.#channel.send(FromExecutor.answer, this.number, answer.header, answer.body);
    if (answer.rest !== undefined) await this.#stream(answer.rest);
    await committed;
  }

  suspend(keys: string[]): void {
    if (this.#isDone) return;
    this.#done({ waitsFor: keys });
    // The handler's promise never settles: nothing else would say that this start is over.
    this.#onSuspended();
  }

  async #finish(value: unknown): Promise<void> {
    if (this.#isDone) return;
    // After an early answer the returned value has no one to go to.
    if (this.#isAnswered) return this.#done({});
    const answer = await toAnswer(value);
    if (answer.rest === undefined) return this.#done({ answer: answer.header }, answer.body);
    this.#isAnswered = true;
    this.#channel.send(FromExecutor.answer, this.number, answer.header, answer.body);
    await this.#stream(answer.rest);
    this.#done({});
  }

  async #fail(thrown: unknown): Promise<void> {
    const own = answerOfError(thrown);
    if (own === undefined || this.#isAnswered)
      return this.#done({ error: toWireError(thrown, "USER_ERROR") });
    let answer: Answer;
    try {
      answer = await toAnswer(own.body, own.status);
    } catch (cause) {
      return this.#done({ error: toWireError(cause, "USER_ERROR") });
    }
    this.#done({ answer: answer.header }, answer.body);
  }

  async #stream(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<void> {
    const { signal } = this.#abort;
    const stop = () => void reader.cancel(signal.reason).catch(() => undefined);
    signal.addEventListener("abort", stop, { once: true });
    try {
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return;
        await this.#sendChunk(asBytes(value));
        if (signal.aborted) return;
      }
    } finally {
      signal.removeEventListener("abort", stop);
    }
  }

  async #sendChunk(bytes: Uint8Array): Promise<void> {
    for (let start = 0; start < bytes.byteLength; start += CHUNK_BYTES_MAX) {
      await this.#window.room();
      if (this.#abort.isAborted) return;
      const piece = bytes.subarray(start, start + CHUNK_BYTES_MAX);
      this.#window.sent(piece.byteLength);
      this.#channel.send(FromExecutor.chunk, this.number, undefined, piece);
    }
  }

  #done(header: DoneHeader, body?: Uint8Array): void {
    if (this.#isDone) return;
    this.#log.sayRest();
    this.#isDone = true;
    this.#channel.send(FromExecutor.done, this.number, header, body);
  }
}

/**
 * What the bundle's SDK gets of a run. A class: an object literal with a getter costs a hidden class for each run, which
 * keeps what the run held until the next full collection.
 */
class Scope implements ExecutionScope {
  readonly #run: Run;
  readonly #abort: RunSignal;
  readonly executionId: string;
  readonly workflowId: string;
  readonly deploymentId: string;
  readonly attempt: number;
  readonly isResumed: boolean;
  readonly isLastAttempt: boolean;

  constructor(
    run: Run,
    abort: RunSignal,
    { invoke, workflowId, deploymentId }: { invoke: InvokeHeader; workflowId: string; deploymentId: string },
  ) {
    this.#run = run;
    this.#abort = abort;
    this.executionId = invoke.executionId;
    this.workflowId = workflowId;
    this.deploymentId = deploymentId;
    this.attempt = invoke.attempt;
    this.isResumed = invoke.isResumed === true;
    this.isLastAttempt = invoke.isLastAttempt === true;
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  log(level: LogLevel, text: string): void {
    this.#run.log(level, text);
  }

  respond(value: unknown): Promise<void> {
    return this.#run.respond(value);
  }

  suspend(keys: string[]): void {
    this.#run.suspend(keys);
  }
}

/** An event that failed for good goes to the author's `onFailure`; what an address is told goes to its own functions. */
async function handle(
  handler: TriggerRegistration,
  scope: ExecutionScope,
  event: WireEvent,
): Promise<unknown> {
  switch (event.head.type) {
    case "failure":
      return handler.onFailure?.(scope, event);
    case "setup":
      return handler.setup?.(scope, event);
    case "teardown":
      return handler.teardown?.(scope, event);
    default:
      return handler.run(scope, event);
  }
}
