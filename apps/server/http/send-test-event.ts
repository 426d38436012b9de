import { createServer, type IncomingMessage, request as sendRequest } from "node:http";
import { type Duplex, duplexPair } from "node:stream";
import { FlowwError } from "@floww/contract/errors";
import { limits } from "@floww/contract/limits";
import { handleWebhook, type IngressContext, WEBHOOK_PREFIX } from "./ingress.ts";

export interface TestEvent {
  /** The workflow's, in its webhook addresses. */
  key: string;
  method: string;
  path: string;
  /** With its `?`; empty for none. */
  query: string;
  headers: readonly [name: string, value: string][];
  body: Buffer | undefined;
  /** Where callers reach this server. */
  host: string;
  remoteAddress: string;
  /** Nobody waits for the answer any more. */
  callerGone: AbortSignal;
}

export interface TestAnswer {
  status: number;
  headers: [name: string, value: string][];
  body: Buffer;
  isCut: boolean;
  durationMs: number;
  /** Of the execution that it caused. */
  executionId: string | undefined;
}

const SHOWN_BYTES_MAX = 256 * 1024;
/** The ingress has given its answer by then; a stream may go on without us. */
const WAIT_MS_MAX = limits.callerWaitMs + 5_000;

/** What delimits a message, or is between two ends of one connection: the client's own business. */
const REFUSED_HEADERS = new Set([
  "connection",
  "content-length",
  "expect",
  "http2-settings",
  "keep-alive",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

const WITH_BODY = new Set(["POST", "PUT", "PATCH"]);

/** Of the connection between us and ourselves. */
const HIDDEN_HEADERS = new Set(["connection", "keep-alive", "transfer-encoding"]);

/**
 * Gives the ingress a request as if it had come over the network, and resolves with its answer: written as HTTP/1.1 and read
 * by the same parser, over a pipe in this process. Nothing of whoever asks for it goes along but what `event` says.
 *
 * @throws FlowwError INPUT_INVALID for a header that cannot be sent, CALLER_TIMED_OUT
 */
export async function sendTestEvent(context: IngressContext, event: TestEvent): Promise<TestAnswer> {
  const headers = wireHeaders(event);
  let executionId: string | undefined;
  const observed: IngressContext = {
    ...context,
    onLiveEvent: (live) => {
      executionId = live.executionId;
      context.onLiveEvent(live);
    },
  };
  const server = createServer((request, response) => void handleWebhook(observed, request, response));
  const [near, far] = duplexPair();
  using _ = endPipe(near, far);
  Object.defineProperty(far, "remoteAddress", { value: event.remoteAddress });
  server.emit("connection", far);
  const startedAt = performance.now();
  const response = await send(near, headers, event);
  const { body, isCut } = await readShown(response, event.callerGone);
  return {
    status: response.statusCode ?? 0,
    headers: shownHeaders(response),
    body,
    isCut,
    durationMs: Math.round(performance.now() - startedAt),
    executionId,
  };
}

/** A webhook's path with its parameters filled in. @throws FlowwError INPUT_INVALID where one is left out, or would be another path */
export function fillPath(path: string, params: Readonly<Record<string, string>>): string {
  const fill = (segment: string) => {
    if (!segment.startsWith(":")) return segment;
    const name = segment.slice(1);
    const value = Object.hasOwn(params, name) ? params[name] : undefined;
    if (value === undefined)
      throw new FlowwError("INPUT_INVALID", `The path ${path} has the parameter "${name}": give its value.`);
    if (value === "." || value === ".." || !value.isWellFormed())
      throw new FlowwError("INPUT_INVALID", `The parameter "${name}" cannot be ${JSON.stringify(value)}.`);
    return encodeURIComponent(value);
  };
  return path.split("/").map(fill).join("/");
}

function send(near: Duplex, headers: string[], event: TestEvent): Promise<IncomingMessage> {
  const path = `${WEBHOOK_PREFIX}${event.key}${event.path}`.replace(/[^\x21-\x7e]/gu, encodeURIComponent);
  return new Promise((resolve, reject) => {
    const request = sendRequest({
      createConnection: () => near,
      method: event.method,
      path: path + event.query,
      headers,
      setHost: false,
      signal: AbortSignal.any([event.callerGone, AbortSignal.timeout(WAIT_MS_MAX)]),
    });
    request.once("response", resolve);
    request.once("error", (cause) => reject(new FlowwError("CALLER_TIMED_OUT", undefined, { cause })));
    request.end(event.body);
  });
}

/** As much of a body as is shown; what follows is not waited for. */
async function readShown(
  response: IncomingMessage,
  callerGone: AbortSignal,
): Promise<{ body: Buffer; isCut: boolean }> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      bytes += chunk.byteLength;
      if (bytes > SHOWN_BYTES_MAX) break;
    }
  } catch (cause) {
    if (callerGone.aborted) throw new FlowwError("CALLER_TIMED_OUT", undefined, { cause });
    // A stream that broke, or goes on for longer than anybody waits here.
    return { body: Buffer.concat(chunks).subarray(0, SHOWN_BYTES_MAX), isCut: true };
  }
  const body = Buffer.concat(chunks);
  return bytes > SHOWN_BYTES_MAX ? { body: cutText(body), isCut: true } : { body, isCut: false };
}

/** Not in the middle of a character: then text would no longer be shown as text. */
function cutText(body: Buffer): Buffer {
  let end = SHOWN_BYTES_MAX;
  while (end > SHOWN_BYTES_MAX - 4 && (body[end]! & 0xc0) === 0x80) end -= 1;
  return body.subarray(0, end);
}

/** Flat pairs. @throws FlowwError INPUT_INVALID */
function wireHeaders({ method, headers, host, body }: TestEvent): string[] {
  const flat: string[] = [];
  for (const [name, value] of headers) {
    if (REFUSED_HEADERS.has(name.toLowerCase()))
      throw new FlowwError("INPUT_INVALID", `The header "${name}" is set by whoever carries the request.`);
    if (!/^[\t\x20-\x7e\x80-\xff]*$/.test(value))
      throw new FlowwError("INPUT_INVALID", `The header "${name}" holds what no header may.`);
    flat.push(name, value);
  }
  if (!headers.some(([name]) => name.toLowerCase() === "host")) flat.unshift("host", host);
  // Left out, the client would announce pieces where a method usually has a body.
  if (body !== undefined || WITH_BODY.has(method)) flat.push("content-length", String(body?.byteLength ?? 0));
  return flat;
}

function shownHeaders({ rawHeaders }: IncomingMessage): [string, string][] {
  return rawHeaders.flatMap((name, at): [string, string][] =>
    at % 2 === 1 || HIDDEN_HEADERS.has(name.toLowerCase()) ? [] : [[name, rawHeaders[at + 1]!]],
  );
}

/** The run does not end with it: a caller that has gone stops nothing. */
function endPipe(near: Duplex, far: Duplex): Disposable {
  for (const end of [near, far]) end.on("error", () => undefined);
  return {
    [Symbol.dispose]: () => {
      near.destroy();
      far.destroy();
    },
  };
}
