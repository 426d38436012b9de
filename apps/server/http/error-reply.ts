import type { ServerResponse } from "node:http";
import { errorReply, FlowwError } from "@floww/contract/errors";
import { retryAfterOf } from "./reply.ts";

/** What a caller may know of an error: a coded one as it is, anything else as INTERNAL, its stack on our side only. */
export function shownError(error: unknown, report: (error: unknown) => void): FlowwError {
  if (!(error instanceof FlowwError)) {
    report(error);
    return new FlowwError("INTERNAL", undefined, { cause: error });
  }
  if (error.fault === "ours") report(error);
  return error;
}

export function sendError(
  response: ServerResponse,
  error: FlowwError,
  extra: Record<string, string> = {},
): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const body = Buffer.from(JSON.stringify(errorReply(error)));
  response.writeHead(error.status, {
    "content-type": "application/json",
    "content-length": body.byteLength,
    "x-content-type-options": "nosniff",
    ...(error.status === 503 ? { "retry-after": retryAfterOf(error) ?? "1" } : {}),
    ...extra,
  });
  response.end(body);
}
