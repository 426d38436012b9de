import type { ChildProcess } from "node:child_process";
import type { Duplex } from "node:stream";
import { type ErrorCode, FlowwError } from "@floww/contract/errors";
import {
  encodeFrame,
  FRAME_BYTES_MAX,
  FRAME_PROTOCOL,
  type Frame,
  FrameDecoder,
  FromExecutor,
  ToExecutor,
} from "@floww/contract/frames";
import { limits } from "@floww/contract/limits";
import { type ActiveRun, ActiveRuns } from "./active-runs.ts";
import { FrameIntake } from "./frame-intake.ts";
import { OutputTail } from "./output-tail.ts";
import { type Death, deathOf, endOfLoad, endOfRun } from "./process-end.ts";
import { checkedRecord, refusalOf, runError } from "./received.ts";
import type { RunEnd, RunJob, RunSink, RuntimeTarget } from "./run.ts";
import { RunReceiver } from "./run-receiver.ts";

export interface ExecutorProcessOptions {
  /** Asked once the process is up: resolves when its limits hold, and only then user code comes into it. */
  confine?(): Promise<void>;
  /** Asked once the process has ended: what its sandbox knows of the cause. */
  causeOfDeath?(): ErrorCode | undefined;
  /** How long top-level code may take; longer where somebody stands in it with a debugger. */
  loadMsMax?: number;
  now?(): number;
}

const BOOT_MS_MAX = 10_000;
const LAST_MOMENTS_MS = 500;

/**
 * One child process and the runs inside it. Everything that comes out of it is untrusted: a frame that does not
 * parse, names no run of ours or is too big ends the process, never the server.
 */
export class ExecutorProcess {
  readonly #child: ChildProcess;
  readonly #frames: Duplex | undefined;
  readonly #intake: FrameIntake | undefined;
  readonly #options: ExecutorProcessOptions;
  readonly #output: OutputTail;
  readonly #runs = new ActiveRuns();
  readonly #hello = Promise.withResolvers<void>();
  readonly #loaded = Promise.withResolvers<unknown>();
  readonly #closed = Promise.withResolvers<void>();
  #nextRun = 1;
  #isDraining = false;
  /** A run was ended from outside and its code may still be at work: a crash may be its doing. */
  #hasAbandoned = false;
  #death: Death | undefined;
  #pongTimer: NodeJS.Timeout | undefined;
  /** Once, whoever asks: it is put within its limits then. */
  #up: Promise<void> | undefined;
  #idleSinceMs: number;

  constructor(child: ChildProcess, options: ExecutorProcessOptions = {}) {
    this.#child = child;
    this.#options = options;
    this.#idleSinceMs = this.#now();
    // A child that could not be started has no streams.
    this.#frames = child.stdio?.[3] as Duplex | undefined;
    this.#intake = this.#frames && new FrameIntake(this.#frames);
    const decoder = new FrameDecoder(FRAME_BYTES_MAX);
    this.#frames?.on("data", (chunk: Buffer) => this.#guard(() => this.#decode(decoder, chunk)));
    this.#frames?.on("error", () => this.#onPipeEnd());
    this.#frames?.on("end", () => this.#onPipeEnd());
    this.#output = new OutputTail(child);
    child.once("error", (cause) => this.#onSpawnError(cause));
    child.once("close", (code, signal) => this.#onClose(code, signal));
    // Whoever waits is told; when nobody does, a process that dies early is no error of the server.
    this.#hello.promise.catch(() => undefined);
    this.#loaded.promise.catch(() => undefined);
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  get activeRuns(): number {
    return this.#runs.size;
  }

  get idleSinceMs(): number {
    return this.#idleSinceMs;
  }

  get takesWork(): boolean {
    return !this.#isDraining && this.#runs.size < limits.concurrencyPerProcess;
  }

  get closed(): Promise<void> {
    return this.#closed.promise;
  }

  /** Resolves once the executor is up, within its limits, and waits for a bundle. @throws FlowwError RUNTIME_UNAVAILABLE */
  ready(): Promise<void> {
    this.#up ??= this.#boot();
    return this.#up;
  }

  #boot(): Promise<void> {
    const late = `The process did not start within ${BOOT_MS_MAX / 1000} s.`;
    const up = this.#hello.promise.then(() => this.#confine());
    return this.#within(BOOT_MS_MAX, up, new FlowwError("RUNTIME_UNAVAILABLE", late));
  }

  /** Imports the bundle; resolves with its manifest where that is wanted. @throws FlowwError of the import */
  async load(
    target: RuntimeTarget,
    phase: "enumerate" | "run",
    { wantsManifest = phase === "enumerate" }: { wantsManifest?: boolean } = {},
  ): Promise<unknown> {
    const [bundle, env] = await Promise.all([target.bundle(), target.env(), this.ready()]);
    const { workflowId, deploymentId } = target;
    const header = { codeBytes: bundle.code.byteLength, env, phase, wantsManifest, workflowId, deploymentId };
    this.#send(ToExecutor.load, 0, header, Buffer.concat([bundle.code, bundle.map]));
    const { loadMsMax = limits.enumerateMs } = this.#options;
    const late = `The workflow's top-level code did not finish within ${loadMsMax / 1000} s.`;
    const tooLate = new FlowwError("ENUMERATE_TIMEOUT", late);
    const loaded = await this.#within(loadMsMax, this.#loaded.promise, tooLate);
    // It may have waited for long, and is wanted from now on.
    this.#idleSinceMs = this.#now();
    return loaded;
  }

  run(job: RunJob, sink: RunSink): Promise<RunEnd> {
    const number = this.#nextRun++;
    const { promise, resolve } = Promise.withResolvers<RunEnd>();
    const deadline = setTimeout(() => this.#onDeadline(number, job.timeoutMs), job.timeoutMs);
    const end = (end: RunEnd) => {
      clearTimeout(deadline);
      if (!this.#runs.delete(number)) return;
      receiver.close();
      resolve(end);
      if (this.#runs.size === 0) this.#onIdle();
    };
    const send = (kind: number, header?: unknown, body?: Uint8Array) =>
      this.#send(kind, number, header, body);
    const receiver = new RunReceiver(sink, { send, end });
    const writtenBefore = this.#output.written;
    this.#runs.add({ number, executionId: job.executionId, writtenBefore, receiver, end });
    const header = {
      executionId: job.executionId,
      handlerId: job.handlerId,
      attempt: job.attempt,
      deadlineAt: Date.now() + job.timeoutMs,
      event: job.event.head,
      ...(job.isResumed === true ? { isResumed: true } : {}),
      ...(job.isLastAttempt === true ? { isLastAttempt: true } : {}),
    };
    this.#send(ToExecutor.invoke, number, header, job.event.body);
    return promise;
  }

  /** True when the execution ran here and was ended. */
  cancel(executionId: string): boolean {
    for (const { number, executionId: id } of this.#runs.toArray()) {
      if (id !== executionId) continue;
      this.#abandon(number, "cancelled", { state: "cancelled", error: runError("RUN_CANCELLED") });
      return true;
    }
    return false;
  }

  /** Takes no new work, and ends once its last run has. */
  drain(): void {
    this.#isDraining = true;
    if (this.#runs.size === 0) this.kill();
  }

  /** Ends the process now; runs in it are interrupted. */
  kill(reason = "The server ended this process."): void {
    this.#end({ charged: 0, error: runError("INTERRUPTED", reason) });
  }

  #now(): number {
    return this.#options.now?.() ?? Date.now();
  }

  async #confine(): Promise<void> {
    try {
      await this.#options.confine?.();
    } catch (cause) {
      const message = `The process could not be put within its limits: ${(cause as Error).message}`;
      throw new FlowwError("RUNTIME_UNAVAILABLE", message, { cause });
    }
  }

  #decode(decoder: FrameDecoder, chunk: Buffer): void {
    for (const frame of decoder.push(chunk)) this.#receive(frame);
  }

  #receive(frame: Frame): void {
    switch (frame.kind) {
      case FromExecutor.hello:
        return this.#onHello(checkedRecord(frame.header).protocol);
      case FromExecutor.loaded:
        return this.#loaded.resolve(frame.header);
      case FromExecutor.refused:
        return this.#loaded.reject(refusalOf(frame.header));
      case FromExecutor.pong:
        clearTimeout(this.#pongTimer);
        this.#pongTimer = undefined;
        return;
      case FromExecutor.dying:
        return this.#onDying(frame.run, frame.header);
    }
    // A run that was ended from outside may still talk, and so may top-level code: nobody listens.
    if (frame.run >= this.#nextRun || !RUN_FRAMES.has(frame.kind))
      throw new FlowwError(
        "FRAME_INVALID",
        `A frame of kind ${frame.kind} for run ${frame.run} has no meaning.`,
      );
    const run = this.#runs.find(frame.run);
    if (PACED_FRAMES.has(frame.kind) || run === undefined) this.#intake?.spent(frame.body.byteLength);
    run?.receiver.receive(frame);
  }

  /** Without its pipe a process is of no use. It is most likely dying, and is left the time to say of what. */
  #onPipeEnd(): void {
    this.#isDraining = true;
    this.#killSoon();
  }

  #killSoon(): void {
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), LAST_MOMENTS_MS);
    this.#child.once("close", () => clearTimeout(timer));
  }

  #onHello(protocol: unknown): void {
    if (protocol === FRAME_PROTOCOL) return this.#hello.resolve();
    const message = `The executor speaks frame protocol ${String(protocol)}, not ${FRAME_PROTOCOL}.`;
    this.#end({ charged: 0, error: runError("RUNTIME_UNAVAILABLE", message) });
  }

  /** It says so itself, and then has to: whatever hooks user code has put in the way of its end. */
  #onDying(charged: number, header: unknown): void {
    if (charged >= this.#nextRun)
      throw new FlowwError("FRAME_INVALID", `There is no run ${charged} to charge.`);
    this.#isDraining = true;
    if (this.#death !== undefined) return;
    this.#death = deathOf(charged, header);
    this.#killSoon();
  }

  #onDeadline(number: number, timeoutMs: number): void {
    const error = runError("RUN_TIMED_OUT", `The run was ended after ${timeoutMs} ms.`);
    this.#abandon(number, "deadline", { state: "timed_out", error });
  }

  /** Only this run ends; its process takes no new work, and is killed at once when it does not even answer a ping. */
  #abandon(number: number, reason: "deadline" | "cancelled", end: RunEnd): void {
    this.#isDraining = true;
    this.#hasAbandoned = true;
    this.#send(ToExecutor.cancel, number, { reason });
    this.#expectPong();
    const run = this.#runs.find(number);
    if (run === undefined) return;
    this.#sayLastWords(run);
    run.end(end);
  }

  /** What a process wrote past its executor is no run's in particular, and each of them hides what it has read. */
  #sayLastWords({ receiver, writtenBefore }: ActiveRun): void {
    const said = this.#output.since(writtenBefore);
    if (said !== "")
      receiver.lastWords(this.#runs.toArray().reduce((text, run) => run.receiver.hide(text), said));
  }

  #expectPong(): void {
    if (this.#pongTimer !== undefined) return;
    this.#send(ToExecutor.ping, 0);
    const cause = "Another run blocked this process past its deadline.";
    this.#pongTimer = setTimeout(() => this.kill(cause), limits.blockedLoopMs);
  }

  #onIdle(): void {
    this.#idleSinceMs = this.#now();
    if (this.#isDraining) this.kill();
  }

  #onSpawnError(cause: Error): void {
    this.#fail(
      new FlowwError("RUNTIME_UNAVAILABLE", `No process could be started: ${cause.message}`, { cause }),
    );
    // Node says `close` only of a child that once lived.
    if (this.#child.pid === undefined) this.#onClose(null, null);
  }

  #onClose(code: number | null, signal: NodeJS.Signals | null): void {
    clearTimeout(this.#pongTimer);
    const lastWords = this.#output.text;
    const end = { code, signal, lastWords, cause: this.#options.causeOfDeath?.(), death: this.#death };
    this.#fail(endOfLoad(end));
    const isAlone = this.#runs.size === 1 && !this.#hasAbandoned;
    for (const run of this.#runs.toArray()) this.#sayLastWords(run);
    for (const run of this.#runs.toArray()) run.end(endOfRun(end, run.number, isAlone));
    this.#closed.resolve();
  }

  #fail(error: FlowwError): void {
    this.#isDraining = true;
    this.#hello.reject(error);
    this.#loaded.reject(error);
  }

  #end(death: Death): void {
    this.#isDraining = true;
    this.#death ??= death;
    this.#child.kill("SIGKILL");
    // Killed in its first milliseconds, a sandbox can outlive its outer process: it ends by itself at the pipe's end.
    this.#frames?.destroy();
  }

  /** The process broke the protocol. Alone in it, a run is charged. */
  #guard(work: () => void): void {
    try {
      work();
    } catch (error) {
      const [first] = this.#runs.toArray();
      const alone = this.#runs.size === 1 && !this.#hasAbandoned ? first!.number : 0;
      this.#end({ charged: alone, error: runError("FRAME_INVALID", (error as Error).message) });
    }
  }

  #send(kind: number, run: number, header?: unknown, body?: Uint8Array): void {
    const frames = this.#frames;
    if (frames?.writable !== true) return;
    // Runs that were committed together go out together: one write for all of them.
    if (frames.writableCorked === 0) {
      frames.cork();
      process.nextTick(() => frames.uncork());
    }
    frames.write(encodeFrame(kind, run, header, body));
    this.#intake?.sent();
  }

  #within<T>(ms: number, promise: Promise<T>, tooLate: FlowwError): Promise<T> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.kill();
        reject(tooLate);
      }, ms);
      promise.then(resolve, reject).finally(() => clearTimeout(timer));
    });
  }
}

/** Those of which a run may send as many as it likes, and each of which is work. */
const PACED_FRAMES: ReadonlySet<number> = new Set([
  FromExecutor.call,
  FromExecutor.fetch,
  FromExecutor.fetchAbort,
]);

const RUN_FRAMES: ReadonlySet<number> = new Set([
  FromExecutor.answer,
  FromExecutor.chunk,
  FromExecutor.done,
  FromExecutor.log,
  FromExecutor.call,
  FromExecutor.fetch,
  FromExecutor.fetchTaken,
  FromExecutor.fetchAbort,
]);
