import type { IncomingMessage, ServerResponse } from "node:http";
import type { ProviderEventHead } from "@floww/contract/abi";
import { FlowwError } from "@floww/contract/errors";
import { limits } from "@floww/contract/limits";
import type { ApprovalOutcome, VendorEvent } from "@floww/providers/server";
import { receiveApproval } from "../domain/deliveries/receive-approval.ts";
import { receiveVendorEvent } from "../domain/deliveries/receive-vendor-event.ts";
import type { RecordContext } from "../domain/deliveries/record-event.ts";
import type { RefusedRecorder, RefusedRequest } from "../domain/deliveries/record-refused.ts";
import { type EventTargetContext, listEventTargets } from "../domain/dev-sessions/event-targets.ts";
import type { WaitLinks } from "../domain/journal/wait-links.ts";
import { type Connection, openConnection } from "../domain/providers/connection.ts";
import type { Gateway } from "../domain/providers/gateway/gateway.ts";
import { createVendorClient } from "../domain/providers/gateway/vendor-client.ts";
import type { ProviderServers } from "../domain/providers/provider-servers.ts";
import { receiveRequest } from "../domain/providers/receive-request.ts";
import { findProviderByKey } from "../domain/providers/store.ts";
import type { BodyPlace } from "../platform/body-room.ts";
import { answerWith } from "./answer-with.ts";
import { AnswerWriter } from "./answer-writer.ts";
import { shownError } from "./error-reply.ts";
import { readBody } from "./read-body.ts";
import { receivedHeaders } from "./received-headers.ts";

export interface VendorIngressContext extends EventTargetContext {
  ledger: RecordContext["ledger"];
  wakeKey: RecordContext["wakeKey"];
  wakeBatch: RecordContext["wakeBatch"];
  queueLengths: RecordContext["queueLengths"];
  providerServers: ProviderServers;
  refused: RefusedRecorder;
  links: WaitLinks;
  gateway: Gateway;
}

interface VendorExchange {
  request: IncomingMessage;
  response: ServerResponse;
  /** The provider's key, and what follows it: the id of a registration. */
  key: string;
  path: string;
  query: string;
  remoteAddress: string;
  place: BodyPlace;
}

/** `/webhook/prv_<key>[/<registration>]`: a vendor's events, verified over the raw bytes before anything is looked at. */
export async function handleVendorEvent(
  context: VendorIngressContext,
  exchange: VendorExchange,
): Promise<void> {
  const { request, response, key, place } = exchange;
  const provider = await findProviderByKey(context.database, key);
  if (provider === undefined) context.refused.countUnknown();
  const headers = receivedHeaders(request.rawHeaders);
  const keep = async (verdict: RefusedRequest["verdict"], body: Buffer) => {
    if (provider === undefined) return;
    const head = { method: request.method ?? "GET", path: exchange.path, query: exchange.query, headers };
    const { namespaceId, id: providerId } = provider;
    const { remoteAddress } = exchange;
    await context.refused.record({ namespaceId, owner: { providerId }, verdict, head, body, remoteAddress });
  };
  const isRoute = provider !== undefined && request.method === "POST";
  const keptMax = isRoute ? limits.bodyBytesMax : limits.refusedBytesMax;
  const reading = readBody(request, { bytesMax: limits.bodyBytesMax, keptMax, place });
  const body = await reading.catch((error: unknown) => {
    // Beside the answer, which must take as long as a stranger's.
    if (error instanceof FlowwError && error.code === "BODY_TOO_LARGE")
      keep("tooLarge", Buffer.alloc(0)).catch(context.report);
    throw error;
  });
  if (!isRoute) {
    // Unknown or not: one answer after the same reading, and what is kept is kept beside it.
    keep("noRoute", body).catch(context.report);
    throw new FlowwError("WEBHOOK_NOT_FOUND");
  }
  const connection = openConnection(context, provider);
  const inbound = { path: exchange.path, headers, body, receivedAtMs: Date.now() };
  const received = await receiveRequest(context, connection, inbound);
  if (received.kind === "refused") {
    await keep("badSignature", body);
    throw new FlowwError("SIGNATURE_INVALID", `The request was refused: ${received.reason}.`);
  }
  if (received.kind === "handshake") {
    await keep("handshake", body);
    const { status, headers: pairs, body: text } = received.answer;
    response.writeHead(status, pairs.flat()).end(text);
    return;
  }
  const { event, deliveryId } = received;
  const head: ProviderEventHead = {
    type: "provider",
    name: event.name,
    ...(deliveryId === undefined ? {} : { deliveryId }),
    headers,
    receivedAt: new Date().toISOString(),
  };
  const { remoteAddress } = exchange;
  if (received.kind === "approval") {
    const { decision, answer } = received;
    const outcome = await receiveApproval(context, { provider, head, body, remoteAddress, decision });
    if (outcome === undefined) {
      await keep("noRoute", body);
      // Forged, another tenant's or forgotten: one answer, which says no more than that of an unknown address.
      throw new FlowwError("WEBHOOK_NOT_FOUND");
    }
    response.writeHead(answer.status, answer.headers.flat()).end(answer.body);
    // Last, and for itself: the vendor waits for seconds only, and what was decided stays decided.
    await tellOutcome(context, connection, { event, outcome });
    return;
  }
  const targets = await listEventTargets(context, connection, event);
  const writer = new AnswerWriter(response, { isHead: false });
  const caused = await receiveVendorEvent(context, { provider, head, body, targets, remoteAddress }, writer);
  if (caused.awaited !== undefined) return answerWith(writer, caused.awaited);
  writer.answer(
    { status: 200, headers: caused.executionIds.map((id) => ["x-floww-execution", id]) },
    Buffer.alloc(0),
  );
}

/** The message says what became of it; where that fails, the next one who presses its button learns it. */
async function tellOutcome(
  context: VendorIngressContext,
  connection: Connection,
  { event, outcome }: { event: VendorEvent; outcome: ApprovalOutcome },
): Promise<void> {
  try {
    await connection.server.approvals?.tell(createVendorClient(context.gateway, connection), event, outcome);
  } catch (error) {
    shownError(error, context.report);
  }
}
