import { AsyncLocalStorage } from "node:async_hooks";
import { tmpdir } from "node:os";
import { ABI_VERSION, type Host, type Json, type LogLevel } from "@floww/contract/abi";
import { FlowwError, isErrorCode } from "@floww/contract/errors";
import {
  type CancelHeader,
  FRAME_PROTOCOL,
  type Frame,
  FromExecutor,
  type HelloHeader,
  type InvokeHeader,
  type LoadHeader,
  type ReplyHeader,
  type TakenHeader,
  ToExecutor,
} from "@floww/contract/frames";
import { limits } from "@floww/contract/limits";
import type { Channel } from "./channel.ts";
import { captureConsole } from "./console.ts";
import { replaceEnvironment } from "./environment.ts";
import { type LoadedBundle, loadBundle } from "./load-bundle.ts";
import { guardProcess } from "./process-guard.ts";
import { ProviderCalls } from "./provider-calls.ts";
import { Run } from "./run-event.ts";
import { toWireError } from "./wire-error.ts";

export interface ExecutorOptions {
  /** The folder that this process may write to; default: the system's. */
  tmp?: string;
}

/** Loads one bundle into this process and runs its handlers, many at a time. Knows frames, not where they travel. */
export class Executor {
  readonly #channel: Channel;
  readonly #runs = new Map<number, Run>();
  readonly #current = new AsyncLocalStorage<Run>();
  readonly #calls = new Map<number, PromiseWithResolvers<Json>>();
  readonly #providerCalls: ProviderCalls;
  readonly #tmp: string;
  #bundle: LoadedBundle | undefined;
  #load: LoadHeader | undefined;
  #nextCall = 1;
  #topLevelLogBytes = 0;

  constructor(channel: Channel, { tmp = tmpdir() }: ExecutorOptions = {}) {
    this.#channel = channel;
    this.#providerCalls = new ProviderCalls(channel);
    this.#tmp = tmp;
    captureConsole((level, text) => this.#log(level, text));
    guardProcess({
      channel,
      currentRun: () => this.#current.getStore()?.number ?? 0,
      sayRest: () => {
        for (const run of this.#runs.values()) run.sayRest();
      },
    });
    const hello: HelloHeader = { protocol: FRAME_PROTOCOL, abis: [ABI_VERSION], node: process.version };
    channel.send(FromExecutor.hello, 0, hello);
  }

  receive(frame: Frame): void {
    switch (frame.kind) {
      case ToExecutor.load:
        void this.#loadBundle(frame.header as LoadHeader, frame.body);
        return;
      case ToExecutor.invoke:
        this.#invoke(frame);
        return;
      case ToExecutor.cancel:
        this.#runs.get(frame.run)?.cancel((frame.header as CancelHeader).reason);
        return;
      case ToExecutor.committed:
        this.#runs.get(frame.run)?.committed();
        return;
      case ToExecutor.taken:
        this.#runs.get(frame.run)?.taken((frame.header as TakenHeader).bytes);
        return;
      case ToExecutor.reply:
        this.#reply(frame.header as ReplyHeader);
        return;
      case ToExecutor.fetched:
      case ToExecutor.fetchChunk:
      case ToExecutor.fetchEnd:
        this.#providerCalls.receive(frame);
        return;
      case ToExecutor.ping:
        this.#channel.send(FromExecutor.pong, 0);
        return;
    }
  }

  async #loadBundle(header: LoadHeader, body: Buffer): Promise<void> {
    this.#load = header;
    replaceEnvironment(header.env);
    try {
      this.#bundle = await loadBundle({
        code: body.subarray(0, header.codeBytes),
        map: body.subarray(header.codeBytes),
        host: this.#host(header),
        wantsManifest: header.wantsManifest,
        tmp: this.#tmp,
      });
      this.#channel.send(FromExecutor.loaded, 0, this.#bundle.manifest);
    } catch (thrown) {
      this.#channel.send(FromExecutor.refused, 0, { error: toWireError(thrown, "IMPORT_FAILED") });
    }
  }

  #invoke(frame: Frame): void {
    const invoke = frame.header as InvokeHeader;
    const load = this.#load!;
    const handler = this.#bundle?.handlers.get(invoke.handlerId);
    if (handler === undefined) {
      const error = new FlowwError("NOT_FOUND", `This bundle has no handler "${invoke.handlerId}".`);
      this.#channel.send(FromExecutor.done, frame.run, { error: toWireError(error, "INTERNAL") });
      return;
    }
    const onEnd = () => this.#runs.delete(frame.run);
    const run = new Run(frame.run, invoke, load, { channel: this.#channel, onSuspended: onEnd });
    this.#runs.set(frame.run, run);
    const event = { head: invoke.event, body: frame.body };
    void this.#current.run(run, () => run.execute(handler, event)).finally(onEnd);
  }

  #host(load: LoadHeader): Host {
    return {
      phase: load.phase,
      current: () => this.#current.getStore()?.scope,
      call: (operation, input) => this.#call(operation, input),
      fetch: async (connection, request) =>
        this.#providerCalls.fetch(this.#runOf(`A call to ${connection.type}`).number, connection, request),
    };
  }

  /** The run that the calling code belongs to. @throws FlowwError TOP_LEVEL_CALL */
  #runOf(what: string): Run {
    const run = this.#current.getStore();
    if (run === undefined) throw new FlowwError("TOP_LEVEL_CALL", `${what} was made outside of a handler.`);
    return run;
  }

  async #call(operation: string, input: Json): Promise<Json> {
    const run = this.#runOf(`The call ${operation}`);
    const call = this.#nextCall++;
    const reply = Promise.withResolvers<Json>();
    this.#calls.set(call, reply);
    this.#channel.send(FromExecutor.call, run.number, { call, operation, input });
    return reply.promise;
  }

  #reply(header: ReplyHeader): void {
    const waiting = this.#calls.get(header.call);
    this.#calls.delete(header.call);
    if (header.error === undefined) return waiting?.resolve(header.value ?? null);
    const { code, message } = header.error;
    waiting?.reject(new FlowwError(isErrorCode(code) ? code : "INTERNAL", message));
  }

  #log(level: LogLevel, text: string): void {
    const run = this.#current.getStore();
    if (run !== undefined) return run.log(level, text);
    if (this.#topLevelLogBytes >= limits.logBytesPerRunMax) return;
    const body = Buffer.from(text.slice(0, limits.logLineBytesMax));
    this.#topLevelLogBytes += body.byteLength;
    this.#channel.send(FromExecutor.log, 0, { level, at: Date.now() }, body);
  }
}
