import { FlowwError } from "@floww/contract/errors";
import {
  encodeFrame,
  type Frame,
  FromExecutor,
  type InvokeHeader,
  type RefusedHeader,
  ToExecutor,
  type WireError,
} from "@floww/contract/frames";
import type { Channel } from "../channel.ts";
import { Executor } from "../executor.ts";
import type { CallBack } from "../host/run.ts";
import { toWireError } from "../wire-error.ts";
import { LambdaApi } from "./lambda-api.ts";
import {
  type AddressedObject,
  type BundleSource,
  type LoadedSource,
  readBody,
  readBundle,
} from "./lambda-bundle.ts";
import { LambdaCalls } from "./lambda-calls.ts";
import type { ResponseStream } from "./response-stream.ts";

/**
 * What the driver invokes the function with. The answer is a stream of the frames that a pipe would carry, `loaded` or
 * `refused` first when the bundle had to be imported, `done` last; so logs and chunks arrive while the handler runs.
 */
export interface LambdaEvent extends BundleSource {
  /** Absent: the bundle is only imported, and declares. */
  invoke?: InvokeHeader;
  /** The event's body, base64; or where it is, when it is too large for an event. */
  body?: string | AddressedObject;
  /** Where what the run asks is answered; absent: it may ask for nothing. */
  callBack?: CallBack;
}

export interface LambdaOptions {
  /** host:port of the Runtime API, or the path of its UNIX socket. */
  api: string;
  /** A bundle that lies in the image: imported while the function starts. */
  bundle?: BundleSource;
}

const EMPTY = Buffer.alloc(0);

interface AskHeader {
  call: number;
  /** Of `fetchTaken`. */
  bytes?: number;
}

const ASKS: ReadonlySet<number> = new Set([
  FromExecutor.call,
  FromExecutor.fetch,
  FromExecutor.fetchTaken,
  FromExecutor.fetchAbort,
]);

/** The executor on AWS Lambda: one event at a time, over the Runtime API. Never returns; Lambda ends the process. */
export async function runOverLambda({ api, bundle }: LambdaOptions): Promise<void> {
  const runtime = new LambdaRuntime(new LambdaApi(api));
  if (bundle !== undefined) await runtime.initialize(bundle);
  for (;;) await runtime.handleNext();
}

interface Imported {
  /** `loaded` or `refused`, as the driver gets it. */
  frame: Uint8Array;
  error?: WireError;
}

class LambdaRuntime implements Channel {
  readonly #api: LambdaApi;
  readonly #executor: Executor;
  #deploymentId: string | undefined;
  /** The import: begun by the first event, or at init. */
  #import: Promise<Imported> | undefined;
  #imported: ((imported: Imported) => void) | undefined;
  #response: ResponseStream | undefined;
  #done: PromiseWithResolvers<void> | undefined;
  #callBack: CallBack | undefined;
  readonly #calls = new LambdaCalls((frame) => this.#executor.receive(frame));
  #run = 0;

  constructor(api: LambdaApi) {
    this.#api = api;
    this.#executor = new Executor(this);
  }

  /** A bundle that cannot be imported fails the function's start. */
  async initialize(source: BundleSource): Promise<void> {
    try {
      this.#import = this.#load(await readBundle(source), "run");
      const { error } = await this.#import;
      if (error !== undefined) throw new FlowwError("IMPORT_FAILED", `${error.name}: ${error.message}`);
    } catch (thrown) {
      await this.#api.failInit(toWireError(thrown, "IMPORT_FAILED"));
      throw thrown;
    }
  }

  async handleNext(): Promise<void> {
    const { id, deadlineAtMs, payload } = await this.#api.next();
    const isFirst = this.#import === undefined;
    let event: LambdaEvent;
    let body: Buffer;
    try {
      event = JSON.parse(payload) as LambdaEvent;
      this.#assertSame(event);
      body =
        typeof event.body === "object" ? await readBody(event.body) : Buffer.from(event.body ?? "", "base64");
      this.#import ??= this.#load(await readBundle(event), event.invoke === undefined ? "enumerate" : "run");
    } catch (thrown) {
      return this.#api.fail(id, toWireError(thrown, "INTERNAL"));
    }
    // Connected before user code runs: a process that ends at once can still say why.
    const response = await this.#api.respond(id);
    this.#response = response;
    const { frame, error } = await this.#import;
    if (isFirst || error !== undefined || event.invoke === undefined) response.write(frame);
    this.#callBack = event.callBack;
    if (event.invoke !== undefined && error === undefined)
      await this.#invoke(event.invoke, body, deadlineAtMs);
    this.#callBack = undefined;
    this.#calls.dropAll();
    this.#response = undefined;
    await response.end();
  }

  send(kind: number, run: number, header?: unknown, body?: Uint8Array): void {
    const frame = encodeFrame(kind, run, header, body);
    if (kind === FromExecutor.loaded) return this.#imported?.({ frame });
    if (kind === FromExecutor.refused) return this.#imported?.({ frame, ...(header as RefusedHeader) });
    // Of no run, or of one that has ended: nobody listens.
    if (run === 0 || run !== this.#run) return;
    if (ASKS.has(kind)) return this.#ask(kind, run, header as AskHeader, body);
    this.#response?.write(frame);
    this.#whenOut(kind, run, body?.byteLength ?? 0);
    if (kind === FromExecutor.done) this.#done?.resolve();
  }

  sendLast(kind: number, run: number, header?: unknown): void {
    this.#response?.writeLast(encodeFrame(kind, run, header));
  }

  #assertSame({ deploymentId }: LambdaEvent): void {
    this.#deploymentId ??= deploymentId;
    if (deploymentId === this.#deploymentId) return;
    throw new FlowwError("INTERNAL", `This function runs ${this.#deploymentId}, not ${deploymentId}.`);
  }

  #load(loaded: LoadedSource, phase: "enumerate" | "run"): Promise<Imported> {
    const { promise, resolve } = Promise.withResolvers<Imported>();
    this.#imported = resolve;
    const { env = {}, workflowId, deploymentId } = loaded.source;
    this.#deploymentId = deploymentId;
    const wantsManifest = phase === "enumerate";
    const header = { codeBytes: loaded.codeBytes, env, phase, wantsManifest, workflowId, deploymentId };
    this.#receive(ToExecutor.load, 0, header, loaded.bytes);
    return promise;
  }

  async #invoke(invoke: InvokeHeader, body: Buffer, deadlineAtMs: number): Promise<void> {
    this.#run += 1;
    this.#done = Promise.withResolvers();
    // The run's end is the driver's to declare, and Lambda's; here it is said to `ctx.signal` in time.
    const untilDeadline = Math.min(invoke.deadlineAt, deadlineAtMs) - Date.now();
    const run = this.#run;
    const timer = setTimeout(
      () => this.#receive(ToExecutor.cancel, run, { reason: "deadline" }),
      untilDeadline,
    );
    this.#receive(ToExecutor.invoke, run, invoke, body);
    await this.#done.promise;
    clearTimeout(timer);
  }

  /** There is no way back from the driver: what has left counts as committed and as taken. */
  #whenOut(kind: number, run: number, bytes: number): void {
    if (kind === FromExecutor.answer) this.#response?.onceOut(() => this.#receive(ToExecutor.committed, run));
    if (kind === FromExecutor.chunk)
      this.#response?.onceOut(() => this.#receive(ToExecutor.taken, run, { bytes }));
  }

  /** Past the invocation's answer, which leads one way only. */
  #ask(kind: number, run: number, header: AskHeader, body?: Uint8Array): void {
    if (kind === FromExecutor.fetchTaken) return this.#calls.taken(header.call, header.bytes ?? 0);
    if (kind === FromExecutor.fetchAbort) return this.#calls.drop(header.call);
    if (this.#callBack !== undefined)
      return this.#calls.ask(this.#callBack, { kind, run, header, ...(body === undefined ? {} : { body }) });
    const { code, message } = new FlowwError("OPERATION_UNKNOWN", "Nothing is offered to this run.");
    const answer = kind === FromExecutor.fetch ? ToExecutor.fetched : ToExecutor.reply;
    queueMicrotask(() => this.#receive(answer, run, { call: header.call, error: { code, message } }));
  }

  #receive(kind: number, run: number, header?: unknown, body: Buffer = EMPTY): void {
    const frame: Frame = { kind, run, header, body };
    this.#executor.receive(frame);
  }
}
