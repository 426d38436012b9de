import type { ServerResponse } from "node:http";
import { errorReply, type FlowwError } from "@floww/contract/errors";
import type { AnswerHeader } from "@floww/contract/frames";
import type { AnswerSink } from "../domain/executions/types.ts";

/**
 * What a workflow may not set on this host: it shares the origin with the dashboard, and connection headers are ours.
 */
const REFUSED_HEADERS = new Set([
  "set-cookie",
  // Of two, a browser takes the first.
  "x-content-type-options",
  "clear-site-data",
  "strict-transport-security",
  "service-worker-allowed",
  "public-key-pins",
  "nel",
  "report-to",
  "reporting-endpoints",
  "alt-svc",
  "connection",
  "keep-alive",
  "transfer-encoding",
  "content-length",
  "upgrade",
  "trailer",
  "te",
  "proxy-authenticate",
]);

/** A page from a webhook runs in an origin of its own, without scripts of the dashboard's reach. */
const SANDBOX_HEADERS = ["x-content-type-options", "nosniff", "content-security-policy", "sandbox"];

const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const HEADER_VALUE = /^[\t\u0020-\u007e\u0080-\u00ff]*$/;

/** Writes a handler's answer to its caller, once. */
export class AnswerWriter implements AnswerSink {
  readonly #response: ServerResponse;
  readonly #isHead: boolean;
  /** Ours, in every answer: flat pairs. */
  readonly #headers: readonly string[];

  constructor(
    response: ServerResponse,
    { isHead, headers = [] }: { isHead: boolean; headers?: readonly string[] },
  ) {
    this.#response = response;
    this.#isHead = isHead;
    this.#headers = headers.length === 0 ? SANDBOX_HEADERS : [...SANDBOX_HEADERS, ...headers];
  }

  /** Its caller has left, or has had what he gets. Made for the few who ask for it. */
  get left(): AbortSignal {
    const leaving = new AbortController();
    if (this.#response.closed) leaving.abort();
    else this.#response.once("close", () => leaving.abort());
    return leaving.signal;
  }

  answer(header: AnswerHeader, body: Buffer): void {
    if (this.#response.headersSent) return;
    const headers: string[] = [];
    for (const pair of header.headers) if (isAllowed(pair)) headers.push(...pair);
    headers.push(...this.#headers);
    const mayHaveBody = header.status !== 204 && header.status !== 304;
    if (header.stream !== true && mayHaveBody) headers.push("content-length", String(body.byteLength));
    this.#response.writeHead(header.status, headers);
    if (header.stream !== true || this.#isHead) {
      this.#response.end(this.#isHead || !mayHaveBody ? undefined : body);
      return;
    }
    this.#response.flushHeaders();
    if (body.byteLength > 0) this.#response.write(body);
  }

  async chunk(bytes: Buffer): Promise<void> {
    const response = this.#response;
    if (response.writableEnded || response.destroyed || response.write(bytes)) return;
    // A caller that has gone does not stop the run: what is left of its stream is read and dropped.
    await new Promise<void>((resolve) => {
      const goOn = () => {
        response.off("drain", goOn).off("close", goOn);
        resolve();
      };
      response.on("drain", goOn).on("close", goOn);
    });
  }

  /** The run is over: a stream ends; a run that gave no answer at all is 204. */
  end(): void {
    if (this.#response.writableEnded) return;
    if (!this.#response.headersSent) this.#response.writeHead(204, [...this.#headers]);
    this.#response.end();
  }

  /** For a caller who has waited long enough: a stream that has begun is an answer, and goes on. */
  giveUpWaiting(error: FlowwError, executionId: string): void {
    if (!this.#response.headersSent) this.fail(error, executionId);
  }

  /** `retryAfterMs`: when it may be tried again, where that is known. */
  fail(error: FlowwError, executionId: string, retryAfterMs = 1_000): void {
    if (this.#response.writableEnded) return;
    // A stream that broke must not look whole to its reader.
    if (this.#response.headersSent) {
      this.#response.destroy();
      return;
    }
    const body = Buffer.from(JSON.stringify({ ...errorReply(error), executionId }));
    const headers = [
      ...this.#headers,
      ...["content-type", "application/json"],
      ...["content-length", String(body.byteLength)],
    ];
    if (error.status === 503 || error.status === 429)
      headers.push("retry-after", String(Math.max(1, Math.ceil(retryAfterMs / 1_000))));
    this.#response.writeHead(error.status, headers);
    this.#response.end(body);
  }
}

function isAllowed([name, value]: [string, string]): boolean {
  return HEADER_NAME.test(name) && HEADER_VALUE.test(value) && !REFUSED_HEADERS.has(name.toLowerCase());
}
