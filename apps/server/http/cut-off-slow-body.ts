import type { IncomingMessage } from "node:http";

/** Ends a request whose body is not here in time. An answer that takes longer than its request's body is not touched. */
export function cutOffSlowBody(request: IncomingMessage, afterMs: number): void {
  const timer = setTimeout(() => {
    if (request.complete) return;
    request.socket.end("HTTP/1.1 408 Request Timeout\r\nconnection: close\r\n\r\n");
    request.destroy();
  }, afterMs);
  request.once("close", () => clearTimeout(timer));
}
