import { randomUUID } from "node:crypto";
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";

/** How an invocation ended, as Lambda sees it. */
export type InvocationEnd =
  | { kind: "response"; body: Buffer }
  | { kind: "error"; type: string | undefined; body: Buffer }
  | { kind: "failed"; reason: string };

export interface PendingInvocation {
  readonly id: string;
  readonly end: Promise<InvocationEnd>;
}

export interface InvokeOptions {
  timeoutMs?: number;
  /** Gets a streamed answer as it comes, in its place in `end`; no more is read before what it returns has resolved. */
  onData?(bytes: Buffer): void | Promise<void>;
}

export interface RuntimeApiOptions {
  /** A UNIX socket to listen on; default: a free port of 127.0.0.1. */
  socketPath?: string;
  /** Answers what is asked at this socket beside the Runtime API. */
  onOther?: RequestListener;
}

interface Current extends InvokeOptions {
  id: string;
  payload: string;
  deadlineAtMs: number;
  end: PromiseWithResolvers<InvocationEnd>;
}

const PREFIX = "/2018-06-01/runtime";
/** 6 MiB and 100 bytes, for answers that are not streamed. */
const BODY_BYTES_MAX = 6 * 1024 * 1024 + 100;
/** A runtime needs two, and one for each thing that it asks; who opens more holds up nobody but itself. */
const CONNECTIONS_MAX = 200;

/**
 * AWS Lambda's Runtime API towards one runtime: an event at a time, strict about order. What comes from there is
 * untrusted, and kept within bounds. https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
 */
export class RuntimeApi {
  readonly #server: Server;
  readonly #options: RuntimeApiOptions;
  readonly #queue: Current[] = [];
  #initError: Buffer | undefined;
  #current: Current | undefined;
  #waiting: ServerResponse | undefined;
  readonly #asked = Promise.withResolvers<void>();
  #isPastInit = false;

  private constructor(options: RuntimeApiOptions) {
    this.#options = options;
    this.#server = createServer((asked, answer) => {
      this.#route(asked, answer).catch(() => answer.destroy());
    });
    this.#server.maxConnections = CONNECTIONS_MAX;
    // A run may think for minutes between the pieces of its answer.
    this.#server.requestTimeout = 0;
  }

  static async start(options: RuntimeApiOptions = {}): Promise<RuntimeApi> {
    const api = new RuntimeApi(options);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    api.#server.once("error", reject);
    if (options.socketPath === undefined) api.#server.listen(0, "127.0.0.1", resolve);
    else api.#server.listen(options.socketPath, resolve);
    await promise;
    return api;
  }

  /** What AWS_LAMBDA_RUNTIME_API is set to. */
  get host(): string {
    return this.#options.socketPath ?? `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Resolves once the runtime is up: it has asked for its first event. */
  get asked(): Promise<void> {
    return this.#asked.promise;
  }

  /** What the runtime said when it could not start. */
  get initError(): Buffer | undefined {
    return this.#initError;
  }

  invoke(payload: string, { timeoutMs = 30_000, onData }: InvokeOptions = {}): PendingInvocation {
    const end = Promise.withResolvers<InvocationEnd>();
    const id = randomUUID();
    const deadlineAtMs = Date.now() + timeoutMs;
    this.#queue.push({ id, payload, deadlineAtMs, end, ...(onData === undefined ? {} : { onData }) });
    this.#hand();
    return { id, end: end.promise };
  }

  /** The runtime's process is gone: what it was at has failed, and what waits for it never begins. */
  onRuntimeExit(): void {
    const ended: InvocationEnd = { kind: "failed", reason: "Runtime.ExitError" };
    this.#finish(ended);
    for (const { end } of this.#queue.splice(0)) end.resolve(ended);
    this.#waiting = undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }

  async #route(asked: IncomingMessage, answer: ServerResponse): Promise<void> {
    if (!asked.url?.startsWith(PREFIX) && this.#options.onOther !== undefined)
      return this.#options.onOther(asked, answer);
    const path = asked.url?.startsWith(PREFIX) ? asked.url.slice(PREFIX.length) : "";
    if (asked.method === "GET" && path === "/invocation/next") return this.#onNext(answer);
    if (asked.method === "POST" && path === "/init/error") return this.#onInitError(asked, answer);
    const [, id, what] = path.match(/^\/invocation\/([^/]+)\/(response|error)$/) ?? [];
    if (asked.method !== "POST" || id === undefined) return reply(answer, 404, "NotFound");
    await this.#onAnswer(asked, answer, { id, isError: what === "error" });
  }

  #onNext(answer: ServerResponse): void {
    this.#isPastInit = true;
    this.#asked.resolve();
    this.#waiting = answer;
    answer.once("close", () => {
      if (this.#waiting === answer) this.#waiting = undefined;
    });
    this.#hand();
  }

  async #onInitError(asked: IncomingMessage, answer: ServerResponse): Promise<void> {
    const { body } = await readBody(asked, keptUpTo(BODY_BYTES_MAX));
    if (this.#isPastInit) return reply(answer, 403, "InvalidStateTransition");
    this.#initError ??= body;
    accepted(answer);
  }

  async #onAnswer(
    asked: IncomingMessage,
    answer: ServerResponse,
    { id, isError }: { id: string; isError: boolean },
  ): Promise<void> {
    const current = this.#current;
    const mode = asked.headers["lambda-runtime-function-response-mode"];
    const isToCurrent = current !== undefined && id === current.id;
    const isStreamed = mode === "streaming" && isToCurrent && current.onData !== undefined;
    const { body, isWhole, isTooLarge } = await readBody(
      asked,
      isStreamed ? current.onData! : keptUpTo(isToCurrent ? BODY_BYTES_MAX : 0),
    );
    if (current === undefined || this.#current !== current)
      return reply(answer, 403, "InvalidStateTransition");
    if (!isToCurrent) return reply(answer, 400, "InvalidRequestID");
    if (mode !== undefined && mode !== "streaming") return reply(answer, 400, "InvalidFunctionResponseMode");
    if (!isWhole) {
      this.#finish({ kind: "failed", reason: "TruncatedHTTPRequest" });
      return reply(answer, 400, "TruncatedHTTPRequest");
    }
    if (isTooLarge) {
      this.#finish({ kind: "failed", reason: "RequestEntityTooLarge" });
      return reply(answer, 413, "RequestEntityTooLarge");
    }
    const type = asked.headers["lambda-runtime-function-error-type"];
    this.#finish(
      isError
        ? { kind: "error", type: Array.isArray(type) ? type[0] : type, body }
        : { kind: "response", body },
    );
    accepted(answer);
  }

  /** Hands the event to whoever waits; the same one again until it is answered. */
  #hand(): void {
    if (this.#waiting === undefined) return;
    this.#current ??= this.#queue.shift();
    if (this.#current === undefined) return;
    const { id, deadlineAtMs, payload } = this.#current;
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting.writeHead(200, {
      "content-type": "application/json",
      "Lambda-Runtime-Aws-Request-Id": id,
      "Lambda-Runtime-Deadline-Ms": String(deadlineAtMs),
      "Lambda-Runtime-Invoked-Function-Arn": "arn:aws:lambda:eu-central-1:000000000000:function:floww",
      "Lambda-Runtime-Trace-Id": `Root=1-${id}`,
    });
    waiting.end(payload);
  }

  #finish(end: InvocationEnd): void {
    this.#current?.end.resolve(end);
    this.#current = undefined;
  }
}

interface KeepUpTo {
  bytesMax: number;
}

function keptUpTo(bytesMax: number): KeepUpTo {
  return { bytesMax };
}

async function readBody(
  asked: IncomingMessage,
  to: KeepUpTo | NonNullable<InvokeOptions["onData"]>,
): Promise<{ body: Buffer; isWhole: boolean; isTooLarge: boolean }> {
  const chunks: Buffer[] = [];
  const bytesMax = typeof to === "function" ? Number.POSITIVE_INFINITY : to.bytesMax;
  let size = 0;
  let isWhole = true;
  try {
    for await (const chunk of asked as AsyncIterable<Buffer>) {
      size += chunk.byteLength;
      if (typeof to === "function") await to(chunk);
      else if (size <= bytesMax) chunks.push(chunk);
    }
  } catch {
    isWhole = false;
  }
  return {
    body: Buffer.concat(chunks),
    isWhole: isWhole && asked.complete,
    isTooLarge: isWhole && size > bytesMax,
  };
}

function accepted(answer: ServerResponse): void {
  answer.writeHead(202, { "content-type": "application/json" }).end('{"status":"OK"}\n');
}

function reply(answer: ServerResponse, status: number, errorType: string): void {
  answer.writeHead(status, { "content-type": "application/json" });
  answer.end(JSON.stringify({ errorType, errorMessage: errorType }));
}
