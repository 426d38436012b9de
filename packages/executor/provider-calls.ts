import type { ProviderName } from "@floww/contract/abi";
import { FlowwError, isErrorCode } from "@floww/contract/errors";
import {
  type FetchCallHeader,
  type FetchEndHeader,
  type FetchedHeader,
  type FetchHeader,
  type FetchTakenHeader,
  type Frame,
  FromExecutor,
  ToExecutor,
} from "@floww/contract/frames";
import { limits } from "@floww/contract/limits";
import type { Channel } from "./channel.ts";

interface PendingCall {
  run: number;
  response: PromiseWithResolvers<Response>;
  body: ReadableStreamDefaultController<Uint8Array> | undefined;
}

/** These answers have no body, and `new Response` takes none for them. */
const BODILESS: ReadonlySet<number> = new Set([204, 205, 304]);

/** Vendor calls of the runs in this process: out as `fetch` frames, back as responses that stream. */
export class ProviderCalls {
  readonly #channel: Channel;
  readonly #calls = new Map<number, PendingCall>();
  #next = 1;

  constructor(channel: Channel) {
    this.#channel = channel;
  }

  /** @throws FlowwError VALUE_TOO_LARGE, and those of the gateway; the signal's reason when the request is aborted */
  async fetch(run: number, connection: ProviderName, request: Request): Promise<Response> {
    const { method, url, signal } = request;
    const body = Buffer.from(await request.arrayBuffer());
    // Here and not before: it may have been aborted while the body was read.
    signal.throwIfAborted();
    if (body.byteLength > limits.providerRequestBytesMax) {
      throw new FlowwError(
        "VALUE_TOO_LARGE",
        `The request to ${connection.type} has ${body.byteLength} bytes; ${limits.providerRequestBytesMax} is the most.`,
      );
    }
    const call = this.#next++;
    const pending: PendingCall = { run, response: Promise.withResolvers(), body: undefined };
    this.#calls.set(call, pending);
    const abort = () => this.#abort(call, signal.reason);
    signal.addEventListener("abort", abort, { once: true });
    const header: FetchHeader = { call, connection, method, url, headers: [...request.headers] };
    this.#channel.send(FromExecutor.fetch, run, header, body);
    return pending.response.promise;
  }

  receive({ kind, header, body }: Frame): void {
    const { call } = header as FetchCallHeader;
    const pending = this.#calls.get(call);
    // Aborted here while its answer was on the way.
    if (pending === undefined) return;
    switch (kind) {
      case ToExecutor.fetched:
        return this.#onHead(call, pending, header as FetchedHeader);
      case ToExecutor.fetchChunk:
        return pending.body?.enqueue(Uint8Array.from(body));
      case ToExecutor.fetchEnd:
        return this.#onEnd(call, pending, header as FetchEndHeader);
    }
  }

  #onHead(call: number, pending: PendingCall, { status = 502, headers = [], error }: FetchedHeader): void {
    if (error !== undefined) {
      this.#calls.delete(call);
      return pending.response.reject(callError(error));
    }
    const stream = BODILESS.has(status) ? null : this.#openBody(call, pending);
    pending.response.resolve(new Response(stream, { status, headers }));
  }

  #openBody(call: number, pending: PendingCall): ReadableStream<Uint8Array> {
    // No queue of its own: what was not read stays with the driver, within the window.
    return new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          pending.body = controller;
        },
        cancel: () => this.#drop(call, pending.run),
      },
      { highWaterMark: 0, size: (chunk) => chunk?.byteLength ?? 0 },
    ).pipeThrough(this.#counted(call, pending.run));
  }

  /** What passes here has been asked for by the reader. */
  #counted(call: number, run: number): TransformStream<Uint8Array, Uint8Array> {
    return new TransformStream(
      {
        transform: (chunk, controller) => {
          const taken: FetchTakenHeader = { call, bytes: chunk.byteLength };
          this.#channel.send(FromExecutor.fetchTaken, run, taken);
          controller.enqueue(chunk);
        },
      },
      { highWaterMark: 1 },
      { highWaterMark: 0 },
    );
  }

  #onEnd(call: number, pending: PendingCall, { error }: FetchEndHeader): void {
    this.#calls.delete(call);
    if (error === undefined) pending.body?.close();
    else pending.body?.error(callError(error));
  }

  #abort(call: number, reason: unknown): void {
    const pending = this.#calls.get(call);
    if (pending === undefined) return;
    this.#drop(call, pending.run);
    pending.response.reject(reason);
    pending.body?.error(reason);
  }

  #drop(call: number, run: number): void {
    if (!this.#calls.delete(call)) return;
    const header: FetchCallHeader = { call };
    this.#channel.send(FromExecutor.fetchAbort, run, header);
  }
}

function callError({ code, message }: { code: string; message: string }): FlowwError {
  return new FlowwError(isErrorCode(code) ? code : "INTERNAL", message);
}
