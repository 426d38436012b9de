import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
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

interface Current {
  id: string;
  payload: string;
  deadlineAtMs: number;
  onData: ((bytes: Buffer) => void) | undefined;
  end: PromiseWithResolvers<InvocationEnd>;
}

const PREFIX = "/2018-06-01/runtime";
/** 6 MiB and 100 bytes, for answers that are not streamed. */
const BODY_BYTES_MAX = 6 * 1024 * 1024 + 100;

/** A server that behaves as AWS Lambda's Runtime API does towards one runtime: an event at a time, strict about order. */
export class RuntimeApi {
  readonly #server: Server;
  readonly #queue: Current[] = [];
  readonly #initErrors: Buffer[] = [];
  #current: Current | undefined;
  #waiting: ServerResponse | undefined;
  #isPastInit = false;

  private constructor() {
    this.#server = createServer((asked, answer) => {
      this.#route(asked, answer).catch(() => answer.destroy());
    });
  }

  static async start(): Promise<RuntimeApi> {
    const api = new RuntimeApi();
    await new Promise<void>((resolve) => api.#server.listen(0, "127.0.0.1", resolve));
    return api;
  }

  /** What AWS_LAMBDA_RUNTIME_API is set to. */
  get host(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** What the runtime said when it could not start. */
  get initErrors(): readonly Buffer[] {
    return this.#initErrors;
  }

  invoke(
    payload: string,
    { timeoutMs = 30_000, onData }: { timeoutMs?: number; onData?: (bytes: Buffer) => void } = {},
  ): PendingInvocation {
    const end = Promise.withResolvers<InvocationEnd>();
    const id = randomUUID();
    this.#queue.push({ id, payload, deadlineAtMs: Date.now() + timeoutMs, onData, end });
    this.#hand();
    return { id, end: end.promise };
  }

  /** The runtime's process is gone: what it was at has failed. */
  onRuntimeExit(): void {
    this.#finish({ kind: "failed", reason: "Runtime.ExitError" });
    this.#waiting = undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }

  async #route(asked: IncomingMessage, answer: ServerResponse): Promise<void> {
    const path = asked.url?.startsWith(PREFIX) ? asked.url.slice(PREFIX.length) : "";
    if (asked.method === "GET" && path === "/invocation/next") return this.#onNext(answer);
    if (asked.method === "POST" && path === "/init/error") return this.#onInitError(asked, answer);
    const [, id, what] = path.match(/^\/invocation\/([^/]+)\/(response|error)$/) ?? [];
    if (asked.method !== "POST" || id === undefined) return reply(answer, 404, "NotFound");
    await this.#onAnswer(asked, answer, { id, isError: what === "error" });
  }

  #onNext(answer: ServerResponse): void {
    this.#isPastInit = true;
    this.#waiting = answer;
    this.#hand();
  }

  async #onInitError(asked: IncomingMessage, answer: ServerResponse): Promise<void> {
    const { body } = await readBody(asked);
    if (this.#isPastInit) return reply(answer, 403, "InvalidStateTransition");
    this.#initErrors.push(body);
    accepted(answer);
  }

  async #onAnswer(
    asked: IncomingMessage,
    answer: ServerResponse,
    { id, isError }: { id: string; isError: boolean },
  ): Promise<void> {
    const current = this.#current;
    const isStreaming = asked.headers["lambda-runtime-function-response-mode"] !== undefined;
    const isToCurrent = current !== undefined && id === current.id;
    const { body, isWhole, isTooLarge } = await readBody(asked, {
      bytesMax: isStreaming ? Number.POSITIVE_INFINITY : BODY_BYTES_MAX,
      ...(isStreaming && isToCurrent && current.onData !== undefined ? { onData: current.onData } : {}),
    });
    if (current === undefined || this.#current !== current)
      return reply(answer, 403, "InvalidStateTransition");
    if (!isToCurrent) return reply(answer, 400, "InvalidRequestID");
    if (isStreaming && asked.headers["lambda-runtime-function-response-mode"] !== "streaming")
      return reply(answer, 400, "InvalidFunctionResponseMode");
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

interface ReadOptions {
  bytesMax?: number;
  onData?: (bytes: Buffer) => void;
}

async function readBody(
  asked: IncomingMessage,
  { bytesMax = BODY_BYTES_MAX, onData }: ReadOptions = {},
): Promise<{ body: Buffer; isWhole: boolean; isTooLarge: boolean }> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of asked) {
      size += (chunk as Buffer).byteLength;
      onData?.(chunk as Buffer);
      if (size <= bytesMax && onData === undefined) chunks.push(chunk as Buffer);
    }
  } catch {
    return { body: Buffer.concat(chunks), isWhole: false, isTooLarge: false };
  }
  return { body: Buffer.concat(chunks), isWhole: asked.complete, isTooLarge: size > bytesMax };
}

function accepted(answer: ServerResponse): void {
  answer.writeHead(202, { "content-type": "application/json" }).end('{"status":"OK"}\n');
}

function reply(answer: ServerResponse, status: number, errorType: string): void {
  answer.writeHead(status, { "content-type": "application/json" });
  answer.end(JSON.stringify({ errorType, errorMessage: errorType }));
}
