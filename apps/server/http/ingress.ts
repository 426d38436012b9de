import type { IncomingMessage, ServerResponse } from "node:http";
import type { BlockList } from "node:net";
import { FlowwError } from "@floww/contract/errors";
import { limits } from "@floww/contract/limits";
import { type ReceiveContext, receiveWebhook } from "../domain/deliveries/receive-webhook.ts";
import { isAwaited } from "../domain/deliveries/record-event.ts";
import type { RefusedRecorder } from "../domain/deliveries/record-refused.ts";
import { DEV_KEY_PREFIX, type DevSessionHub } from "../domain/dev-sessions/dev-session-hub.ts";
import { runWaiting } from "../domain/dev-sessions/run-waiting.ts";
import { PROVIDER_KEY_PREFIX } from "../domain/providers/set-provider.ts";
import type { Switches } from "../domain/switches/switches.ts";
import {
  matchWebhook,
  type RouteTable,
  type WebhookMatch,
  type WorkflowRoutes,
} from "../domain/triggers/route-table.ts";
import type { BodyRoom } from "../platform/body-room.ts";
import type { Database } from "../platform/db/database.ts";
import { passFailPoint } from "../platform/fail-points.ts";
import { accepted, answerWith } from "./answer-with.ts";
import { AnswerWriter } from "./answer-writer.ts";
import { clientAddress } from "./client-address.ts";
import { answerPreflight, corsHeaders } from "./cors.ts";
import { sendError, shownError } from "./error-reply.ts";
import { readBody } from "./read-body.ts";
import { RefusedError, type RefusedVerdict } from "./refused-error.ts";
import { readSentKey } from "./sent-key.ts";
import { handleVendorEvent, type VendorIngressContext } from "./vendor-ingress.ts";
import { challengeFor, keptHeaders, proveSender } from "./webhook-proof.ts";

export interface IngressContext extends ReceiveContext, VendorIngressContext {
  database: Database;
  routes: RouteTable;
  devSessions: DevSessionHub;
  bodyRoom: BodyRoom;
  refused: RefusedRecorder;
  trustedProxies: BlockList;
  switches: Switches;
  report(error: unknown): void;
}

export const WEBHOOK_PREFIX = "/webhook/";

/** `/webhook/<workflow key>/<path>`: the hot path, straight on node:http. */
export async function handleWebhook(
  context: IngressContext,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const address = splitAddress(request.url ?? "");
  // Before anything is looked at, and nothing is recorded: whoever sends it tries again.
  const refusal = context.switches.refusal("webhooks");
  if (refusal !== undefined) return sendError(response, refusal);
  const isVendors = address.key.startsWith(PROVIDER_KEY_PREFIX);
  using place = context.bodyRoom.open();
  let known: KnownWorkflow | undefined;
  let match: WebhookMatch | undefined;
  try {
    known = isVendors
      ? undefined
      : address.key.startsWith(DEV_KEY_PREFIX)
        ? await findLaptop(context, address.key)
        : findWorkflow(context, address.key);
    match =
      known === undefined ? undefined : matchWebhook(known.routes, request.method ?? "GET", address.path);
    if (isVendors) {
      const remoteAddress = callerAddress(context, request);
      return await handleVendorEvent(context, { request, response, ...address, remoteAddress, place });
    }
    if (known !== undefined && answerPreflight(known.routes, address.path, { request, response })) return;
    if (known === undefined) context.refused.countUnknown();
    if (known === undefined || match === undefined) {
      // One answer for a wrong key, path or method, after the same reading: it must not tell which of them was right.
      const body = await readBody(request, {
        bytesMax: limits.bodyBytesMax,
        keptMax: limits.refusedBytesMax,
        place,
      });
      throw new RefusedError("noRoute", new FlowwError("WEBHOOK_NOT_FOUND"), body);
    }
    const body = await readBody(request, { bytesMax: limits.bodyBytesMax, place });
    const headers = await proveSender(context, { request, match, body });
    await answerFromHandler({
      context: known.context,
      origin: known.origin,
      request,
      response,
      address,
      match,
      headers,
      body,
      remoteAddress: callerAddress(context, request),
    });
  } catch (error) {
    const { shown, refused } = explain(error, context);
    sendError(response, shown, {
      // A page of another origin must be let in to read why it was refused.
      ...pairsToObject(corsHeaders(match?.route.trigger.input.cors, request)),
      // The rest of the body is still coming: nothing else can be read from this connection.
      ...(request.readableEnded ? {} : { connection: "close" }),
      ...(shown.code === "WEBHOOK_UNAUTHENTICATED" ? challengeFor(match) : {}),
    });
    if (known !== undefined && refused !== undefined)
      recordRefused(context, { request, address, known, match, ...refused });
  }
}

function pairsToObject(flat: readonly string[]): Record<string, string> {
  const pairs = flat.flatMap((name, at) => (at % 2 === 0 ? [[name, flat[at + 1]!]] : []));
  return Object.fromEntries(pairs);
}

interface Refused {
  verdict: RefusedVerdict;
  body: Buffer;
}

function explain(error: unknown, context: IngressContext): { shown: FlowwError; refused?: Refused } {
  if (error instanceof RefusedError) return { shown: error.shown, refused: error };
  const shown = shownError(error, context.report);
  if (shown.code !== "BODY_TOO_LARGE") return { shown };
  return { shown, refused: { verdict: "tooLarge", body: Buffer.alloc(0) } };
}

function recordRefused(
  context: IngressContext,
  {
    request,
    address,
    known,
    match,
    verdict,
    body,
  }: Refused & {
    request: IncomingMessage;
    address: Address;
    known: KnownWorkflow;
    match: WebhookMatch | undefined;
  },
): void {
  const { namespaceId, workflowId } = known.routes;
  const head = {
    method: request.method ?? "GET",
    path: address.path,
    query: address.query,
    headers: keptHeaders(request, match),
  };
  // After the answer, which must take as long as a stranger's.
  context.refused
    .record({
      namespaceId,
      owner: { workflowId },
      verdict,
      head,
      body,
      remoteAddress: callerAddress(context, request),
    })
    .catch(context.report);
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

interface KnownWorkflow {
  routes: WorkflowRoutes;
  origin: "webhook" | "dev";
  /** Whose queue and whose runtime: the server's own, or a laptop's. */
  context: ReceiveContext;
}

async function findLaptop(context: IngressContext, key: string): Promise<KnownWorkflow | undefined> {
  const live = await context.devSessions.find(key);
  if (live === undefined) return findWorkflow(context, key);
  const wakeQueue = () => void runWaiting(context, live).catch(context.report);
  return { routes: live.routes, origin: "dev", context: { ...context, driver: live.driver, wakeQueue } };
}

function findWorkflow(context: IngressContext, key: string): KnownWorkflow | undefined {
  const routes = context.routes.find(key);
  return routes === undefined ? undefined : { routes, origin: "webhook", context };
}

interface Exchange {
  context: ReceiveContext;
  origin: "webhook" | "dev";
  request: IncomingMessage;
  response: ServerResponse;
  address: Address;
  match: WebhookMatch;
  headers: [string, string][];
  body: Buffer;
  remoteAddress: string;
}

async function answerFromHandler(exchange: Exchange): Promise<void> {
  const { context, origin, request, response, address, match, headers, body, remoteAddress } = exchange;
  const writer = new AnswerWriter(response, {
    isHead: request.method === "HEAD",
    headers: corsHeaders(match.route.trigger.input.cors, request),
  });
  const received = await receiveWebhook(
    context,
    {
      match,
      origin,
      method: request.method ?? "GET",
      path: address.path,
      query: address.query,
      headers,
      sentKey: readSentKey(headers, match),
      body,
      remoteAddress,
    },
    writer,
  );
  if (isAwaited(received)) await answerWith(writer, received);
  else writer.answer(accepted, Buffer.from(JSON.stringify(received)));
  passFailPoint("acknowledged");
}

function callerAddress({ trustedProxies }: IngressContext, { socket, headers }: IncomingMessage): string {
  const forwardedFor = headers["x-forwarded-for"];
  // Node joins repeated ones with a comma.
  return clientAddress(
    socket.remoteAddress ?? "",
    typeof forwardedFor === "string" ? forwardedFor : null,
    trustedProxies,
  );
}
