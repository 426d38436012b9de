import type { IncomingMessage, ServerResponse } from "node:http";
import { FlowwError } from "@floww/contract/errors";
import { limits } from "@floww/contract/limits";
import type { RunEnd } from "@floww/executor/host";
import { type ReceiveContext, receiveWebhook } from "../domain/deliveries/receive-webhook.ts";
import { DEV_KEY_PREFIX, type DevSessionHub } from "../domain/dev-sessions/dev-session-hub.ts";
import { runWaiting } from "../domain/dev-sessions/run-waiting.ts";
import { matchWebhook, type RouteTable, type WebhookMatch } from "../domain/triggers/route-table.ts";
import type { Database } from "../platform/db/database.ts";
import { AnswerWriter } from "./answer-writer.ts";
import { sendError, shownError } from "./error-reply.ts";
import { readBody } from "./read-body.ts";
import { receivedHeaders } from "./received-headers.ts";

export interface IngressContext extends ReceiveContext {
  database: Database;
  routes: RouteTable;
  devSessions: DevSessionHub;
  report(error: unknown): void;
}

export const WEBHOOK_PREFIX = "/webhook/";

/** `/webhook/<workflow key>/<path>`: the hot path, straight on node:http. */
export async function handleWebhook(
  context: IngressContext,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    const address = splitAddress(request.url ?? "");
    const found = findRoute(context, request.method ?? "GET", address);
    const body = await readBody(request, limits.bodyBytesMax);
    await answerFromHandler({ request, response, address, found, body });
  } catch (error) {
    const shown = shownError(error, context.report);
    // After 413 the rest of the body is still coming: nothing else can be read from this connection.
    sendError(response, shown, shown.code === "BODY_TOO_LARGE" ? { connection: "close" } : {});
  }
}

interface Address {
  key: string;
  path: string;
  query: string;
}

/** The raw path as it was sent: nothing is decoded or normalised, so `//` and `%2e%2e` match only themselves. */
function splitAddress(url: string): Address {
  const queryAt = url.indexOf("?");
  const path = queryAt === -1 ? url : url.slice(0, queryAt);
  const rest = path.slice(WEBHOOK_PREFIX.length);
  const slash = rest.indexOf("/");
  return {
    key: slash === -1 ? rest : rest.slice(0, slash),
    path: slash === -1 ? "/" : rest.slice(slash),
    query: queryAt === -1 ? "" : url.slice(queryAt + 1),
  };
}

interface FoundRoute {
  match: WebhookMatch;
  origin: "webhook" | "dev";
  /** Whose queue and whose runtime: the server's own, or a laptop's. */
  context: ReceiveContext;
}

function findRoute(context: IngressContext, method: string, { key, path }: Address): FoundRoute {
  const live = key.startsWith(DEV_KEY_PREFIX) ? context.devSessions.find(key) : undefined;
  const routes = live === undefined ? context.routes.find(key) : live.routes;
  const match = routes === undefined ? undefined : matchWebhook(routes, method, path);
  // One answer for a wrong key, path or method: it must not tell which of them was right.
  if (match === undefined) throw new FlowwError("WEBHOOK_NOT_FOUND");
  if (live === undefined) return { match, origin: "webhook", context };
  const wakeQueue = () => void runWaiting(context, live).catch(context.report);
  return { match, origin: "dev", context: { ...context, driver: live.driver, wakeQueue } };
}

interface Exchange {
  request: IncomingMessage;
  response: ServerResponse;
  address: Address;
  found: FoundRoute;
  body: Buffer;
}

async function answerFromHandler(exchange: Exchange): Promise<void> {
  const { request, response, address, found, body } = exchange;
  const writer = new AnswerWriter(response, { isHead: request.method === "HEAD" });
  const received = await receiveWebhook(
    found.context,
    {
      match: found.match,
      origin: found.origin,
      method: request.method ?? "GET",
      path: address.path,
      query: address.query,
      headers: receivedHeaders(request.rawHeaders),
      body,
      remoteAddress: request.socket.remoteAddress ?? "",
    },
    writer,
  );
  if (received.end === undefined) {
    writer.answer(
      { status: 202, headers: [["content-type", "application/json"]] },
      Buffer.from(JSON.stringify(received)),
    );
    return;
  }
  const timer = setTimeout(() => {
    const message = `The handler gave no answer within ${limits.callerWaitMs / 1000} s; execution ${received.executionId} goes on.`;
    writer.fail(new FlowwError("CALLER_TIMED_OUT", message), received.executionId);
  }, limits.callerWaitMs);
  const end = await received.end.finally(() => clearTimeout(timer));
  writeEnd(writer, end, received.executionId);
}

function writeEnd(writer: AnswerWriter, end: RunEnd, executionId: string): void {
  if (end.state !== "completed") {
    // The author reads the error in the execution; a stranger learns only that there was one.
    writer.fail(new FlowwError(end.error.code), executionId);
    return;
  }
  if (end.answer !== undefined) writer.answer(end.answer.header, end.answer.body);
  writer.end();
}
