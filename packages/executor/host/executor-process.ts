import type { ChildProcess } from "node:child_process";
import type { Duplex } from "node:stream";
import type { LogLevel } from "@floww/contract/abi";
import { type ErrorCode, FlowwError, isErrorCode } from "@floww/contract/errors";
import {
  type AnswerHeader,
  type CallHeader,
  type DoneHeader,
  type DyingHeader,
  encodeFrame,
  FRAME_BYTES_MAX,
  FRAME_PROTOCOL,
  type Frame,
  FrameDecoder,
  FromExecutor,
  type HelloHeader,
  type LogHeader,
  ToExecutor,
  type WireError,
} from "@floww/contract/frames";
import { limits } from "@floww/contract/limits";
import type { RunEnd, RunError, RunJob, RunSink, RuntimeTarget } from "./run.ts";

interface ActiveRun {
  executionId: string;
  sink: RunSink;
  deadline: NodeJS.Timeout;
  end(end: RunEnd): void;
}

const BOOT_MS_MAX = 10_000;
const STDERR_TAIL_BYTES = 4_096;

/**
 * One child process and the runs inside it. Everything that comes out of it is untrusted: a frame that does not
 * parse, names no run of ours or is too big ends the process, never the server.
 */
export class ExecutorProcess {
  readonly #child: ChildProcess;
  readonly #frames: Duplex;
  readonly #runs = new Map<number, ActiveRun>();
  readonly #hello = Promise.withResolvers<void>();
  readonly #loaded = Promise.withResolvers<unknown>();
  readonly #closed = Promise.withResolvers<void>();
  #nextRun = 1;
  #isDraining = false;
  #death: { charged: number; error: RunError } | undefined;
  #stderrTail = "";
  #pongTimer: NodeJS.Timeout | undefined;
  #idleSinceMs = Date.now();

  constructor(child: ChildProcess) {
    this.#child = child;
    this.#frames = child.stdio[3] as Duplex;
    const decoder = new FrameDecoder(FRAME_BYTES_MAX);
    this.#frames.on("data", (chunk: Buffer) => this.#guard(() => this.#decode(decoder, chunk)));
    this.#frames.on("error", () => this.kill());
    for (const output of [child.stdout, child.stderr]) {
      output?.on("data", (text: Buffer) => {
        this.#stderrTail = (this.#stderrTail + text.toString()).slice(-STDERR_TAIL_BYTES);
      });
    }
    child.once("error", (cause) => this.#fail(new FlowwError("RUNTIME_UNAVAILABLE", undefined, { cause })));
    child.once("close", (code, signal) => this.#onClose(code, signal));
    // Whoever waits is told; when nobody does, a process that dies early is no error of the server.
    this.#hello.promise.catch(() => undefined);
    this.#loaded.promise.catch(() => undefined);
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

  /** Imports the bundle; resolves with its manifest. @throws FlowwError of the import */
  async load(target: RuntimeTarget, phase: "enumerate" | "run"): Promise<unknown> {
    const [bundle, env] = await Promise.all([
      target.bundle(),
      target.env(),
      this.#within(BOOT_MS_MAX, this.#hello.promise),
    ]);
    const { workflowId, deploymentId } = target;
    const header = { codeBytes: bundle.code.byteLength, env, phase, workflowId, deploymentId };
    this.#send(ToExecutor.load, 0, header, Buffer.concat([bundle.code, bundle.map]));
    return this.#within(limits.enumerateMs, this.#loaded.promise);
  }

  run(job: RunJob, sink: RunSink): Promise<RunEnd> {
    const number = this.#nextRun++;
    const { promise, resolve } = Promise.withResolvers<RunEnd>();
    const deadline = setTimeout(() => this.#onDeadline(number, job.timeoutMs), job.timeoutMs);
    this.#runs.set(number, {
      executionId: job.executionId,
      sink,
      deadline,
      end: (end) => {
        clearTimeout(deadline);
        this.#runs.delete(number);
        if (this.#runs.size === 0) this.#onIdle();
        resolve(end);
      },
    });
    const header = {
      executionId: job.executionId,
      handlerId: job.handlerId,
      attempt: job.attempt,
      deadlineAt: Date.now() + job.timeoutMs,
      event: job.event.head,
    };
    this.#send(ToExecutor.invoke, number, header, job.event.body);
    return promise;
  }

  /** True when the execution ran here and was ended. */
  cancel(executionId: string): boolean {
    for (const [number, run] of this.#runs) {
      if (run.executionId !== executionId) continue;
      this.#send(ToExecutor.cancel, number, { reason: "cancelled" });
      this.#isDraining = true;
      this.#expectPong();
      run.end({ state: "cancelled", error: runError("RUN_CANCELLED") });
      return true;
    }
    return false;
  }

  /** Takes no new work, and ends once its last run has. */
  drain(): void {
    this.#isDraining = true;
    if (this.#runs.size === 0) this.kill();
  }

  kill(): void {
    this.#isDraining = true;
    this.#child.kill("SIGKILL");
  }

  #decode(decoder: FrameDecoder, chunk: Buffer): void {
    for (const frame of decoder.push(chunk)) this.#receive(frame);
  }

  #receive(frame: Frame): void {
    switch (frame.kind) {
      case FromExecutor.hello:
        return this.#onHello(frame.header as HelloHeader);
      case FromExecutor.loaded:
        return this.#loaded.resolve(frame.header);
      case FromExecutor.refused:
        return this.#loaded.reject(refusal((frame.header as { error: WireError }).error));
      case FromExecutor.pong:
        clearTimeout(this.#pongTimer);
        this.#pongTimer = undefined;
        return;
      case FromExecutor.dying:
        return this.#onDying(frame.run, frame.header as DyingHeader);
    }
    // A run that was ended from outside may still talk; nobody listens.
    const run = this.#runs.get(frame.run);
    if (run !== undefined) this.#receiveFromRun(run, frame);
  }

  #receiveFromRun(run: ActiveRun, frame: Frame): void {
    switch (frame.kind) {
      case FromExecutor.done:
        return run.end(endOf(frame.header as DoneHeader, frame.body));
      case FromExecutor.log: {
        const { level, at } = frame.header as LogHeader;
        return run.sink.log({ level: checkedLevel(level), atMs: Number(at), text: frame.body });
      }
      case FromExecutor.answer:
        run.sink.answer(checkedAnswer(frame.header as AnswerHeader), frame.body).then(
          () => this.#send(ToExecutor.committed, frame.run),
          () => this.kill(),
        );
        return;
      case FromExecutor.chunk:
        return run.sink.chunk(frame.body);
      case FromExecutor.call:
        void this.#onCall(run, frame);
        return;
    }
    throw new FlowwError("FRAME_INVALID", `There is no frame of kind ${frame.kind}.`);
  }

  async #onCall(run: ActiveRun, frame: Frame): Promise<void> {
    const { call, operation, input } = frame.header as CallHeader;
    try {
      const value = await run.sink.call(String(operation), input);
      this.#send(ToExecutor.reply, frame.run, { call, value });
    } catch (error) {
      const { code, message } = error instanceof FlowwError ? error : new FlowwError("INTERNAL");
      this.#send(ToExecutor.reply, frame.run, { call, error: { code, message } });
    }
  }

  #onHello(hello: HelloHeader): void {
    if (hello.protocol === FRAME_PROTOCOL) return this.#hello.resolve();
    this.#fail(
      new FlowwError(
        "RUNTIME_UNAVAILABLE",
        `The executor speaks frame protocol ${hello.protocol}, not ${FRAME_PROTOCOL}.`,
      ),
    );
  }

  #onDying(charged: number, header: DyingHeader): void {
    this.#isDraining = true;
    const error =
      header.reason === "exit"
        ? runError("PROCESS_EXITED", `The handler called process.exit(${header.exitCode ?? 0}).`)
        : { ...runErrorOf(header.error), code: "UNCAUGHT_ERROR" as const };
    this.#death = { charged, error };
  }

  /** Only this run ends; its process takes no new work, and is killed at once when it does not even answer a ping. */
  #onDeadline(number: number, timeoutMs: number): void {
    const run = this.#runs.get(number);
    this.#isDraining = true;
    this.#send(ToExecutor.cancel, number, { reason: "deadline" });
    this.#expectPong();
    run?.end({
      state: "timed_out",
      error: runError("RUN_TIMED_OUT", `The run was ended after ${timeoutMs} ms.`),
    });
  }

  #expectPong(): void {
    if (this.#pongTimer !== undefined) return;
    this.#send(ToExecutor.ping, 0);
    this.#pongTimer = setTimeout(() => {
      this.#death ??= {
        charged: 0,
        error: runError("INTERRUPTED", "Another run blocked this process past its deadline."),
      };
      this.kill();
    }, limits.blockedLoopMs);
  }

  #onIdle(): void {
    this.#idleSinceMs = Date.now();
    if (this.#isDraining) this.kill();
  }

  #onClose(code: number | null, signal: NodeJS.Signals | null): void {
    clearTimeout(this.#pongTimer);
    const how = signal === null ? `exit code ${code}` : `signal ${signal}`;
    const tail = this.#stderrTail.trim();
    this.#fail(
      new FlowwError(
        "RUNTIME_UNAVAILABLE",
        `The process ended with ${how}${tail === "" ? "." : `: ${tail}`}`,
      ),
    );
    const death = this.#death;
    // Alone in the process, a run is charged even when it did not live to say so.
    const isAlone = this.#runs.size === 1 && death === undefined;
    for (const [number, run] of this.#runs) {
      if (death !== undefined && number === death.charged) run.end({ state: "failed", error: death.error });
      else if (isAlone)
        run.end({ state: "failed", error: runError("PROCESS_CRASHED", `The process ended with ${how}.`) });
      else
        run.end({
          state: "interrupted",
          error: runError("INTERRUPTED", `The process ended with ${how}; another run in it was the cause.`),
        });
    }
    this.#closed.resolve();
  }

  #fail(error: FlowwError): void {
    this.#isDraining = true;
    this.#hello.reject(error);
    this.#loaded.reject(error);
  }

  #guard(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#death ??= { charged: 0, error: runError("FRAME_INVALID", (error as Error).message) };
      this.kill();
    }
  }

  #send(kind: number, run: number, header?: unknown, body?: Uint8Array): void {
    if (this.#frames.writable) this.#frames.write(encodeFrame(kind, run, header, body));
  }

  #within<T>(ms: number, promise: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.kill();
        reject(
          new FlowwError(
            "ENUMERATE_TIMEOUT",
            `The workflow's top-level code did not finish within ${ms / 1000} s.`,
          ),
        );
      }, ms);
      promise.then(resolve, reject).finally(() => clearTimeout(timer));
    });
  }
}

function endOf(header: DoneHeader, body: Buffer): RunEnd {
  if (header.error !== undefined) return { state: "failed", error: runErrorOf(header.error) };
  if (header.answer === undefined) return { state: "completed" };
  return { state: "completed", answer: { header: checkedAnswer(header.answer), body } };
}

function checkedAnswer(header: AnswerHeader): AnswerHeader {
  const isSound =
    Number.isInteger(header.status) &&
    header.status >= 200 &&
    header.status <= 599 &&
    Array.isArray(header.headers) &&
    header.headers.every(
      (pair) => Array.isArray(pair) && typeof pair[0] === "string" && typeof pair[1] === "string",
    );
  if (!isSound) throw new FlowwError("FRAME_INVALID", "An answer's head is not one.");
  return header;
}

function checkedLevel(level: unknown): LogLevel {
  return level === "debug" || level === "warn" || level === "error" ? level : "info";
}

function refusal(error: WireError): FlowwError {
  const code: ErrorCode = isErrorCode(error.code) ? error.code : "IMPORT_FAILED";
  const { name, message, stack, source } = error;
  return new FlowwError(code, `${name === "FlowwError" ? "" : `${name}: `}${message}`, {
    details: { stack, source },
  });
}

function runErrorOf(error: WireError | undefined): RunError {
  if (error === undefined) return runError("USER_ERROR");
  return { ...error, code: isErrorCode(error.code) ? error.code : "USER_ERROR" };
}

function runError(code: ErrorCode, message?: string): RunError {
  return { code, name: "FlowwError", message: new FlowwError(code, message).message };
}
