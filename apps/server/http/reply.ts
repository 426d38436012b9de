import { ReadableStream } from "node:stream/web";
import { errorReply, FlowwError } from "@floww/contract/errors";
import type { Context } from "hono";

export function refuseMethod(request: Context, methods: readonly string[]): Response {
  const error = new FlowwError("METHOD_NOT_ALLOWED", `${request.req.method} is not a method of this path.`);
  return reply(error.status, errorReply(error), { allow: methods.join(", ") });
}

export function replyError(error: FlowwError): Response {
  const headers: Record<string, string> = {};
  if (error.status === 401) headers["www-authenticate"] = "Bearer";
  const wait = retryAfterOf(error);
  if (wait !== undefined) headers["retry-after"] = wait;
  return reply(error.status, errorReply(error), headers);
}

/** Seconds to wait, where the error knows them. */
export function retryAfterOf({ details }: FlowwError): string | undefined {
  const { retryAfterSeconds } = (details ?? {}) as { retryAfterSeconds?: number };
  return retryAfterSeconds === undefined ? undefined : String(retryAfterSeconds);
}

/** Sent as it comes; a caller that goes away cancels the stream. */
export function replyBytes(bytes: AsyncIterable<Uint8Array>): Response {
  // The same class as the global one, which the compiler does not know.
  const stream = ReadableStream.from(bytes) as unknown as globalThis.ReadableStream<Uint8Array<ArrayBuffer>>;
  return new Response(stream, {
    headers: {
      "cache-control": "no-store",
      "content-type": "application/octet-stream",
      "x-content-type-options": "nosniff",
    },
  });
}

export function reply(status: number, value?: unknown, headers: HeadersInit = {}): Response {
  const all = new Headers(headers);
  all.set("cache-control", "no-store");
  all.set("x-content-type-options", "nosniff");
  if (value === undefined) return new Response(null, { status, headers: all });
  all.set("content-type", "application/json");
  return new Response(JSON.stringify(value), { status, headers: all });
}
