import type { Server } from "node:http";

const CLOSE_IDLE_EVERY_MS = 50;

/** Takes no new connection, lets requests under way end, and cuts off what does not within the time of grace. */
export async function closeHttp(http: Server, graceMs: number): Promise<void> {
  // A busy caller's connection is never idle: its next answer is the last one on it.
  http.prependListener("request", (_request, response) => {
    response.shouldKeepAlive = false;
  });
  const closed = new Promise((resolve) => http.close(resolve));
  const idle = setInterval(() => http.closeIdleConnections(), CLOSE_IDLE_EVERY_MS);
  const cut = setTimeout(() => http.closeAllConnections(), graceMs);
  await closed;
  clearInterval(idle);
  clearTimeout(cut);
}
