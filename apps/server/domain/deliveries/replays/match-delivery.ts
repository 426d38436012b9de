import type { WebhookAuth, WireEventHead } from "@floww/contract/abi";
import { FlowwError } from "@floww/contract/errors";
import type { Received } from "@floww/providers/server";
import type { ArtifactStore } from "../../../platform/blobs/artifact-store.ts";
import type { Queryable } from "../../../platform/db/database.ts";
import { uuidInstantMs } from "../../../platform/uuid-v7.ts";
import { createRuntimeTarget } from "../../deployments/runtime-target.ts";
import { type Connection, openConnection } from "../../providers/connection.ts";
import type { ProviderServers } from "../../providers/provider-servers.ts";
import { receiveRequest } from "../../providers/receive-request.ts";
import { findProviderById } from "../../providers/store.ts";
import type { Vault } from "../../secrets/vault.ts";
import { listProviderTriggers } from "../../triggers/provider-triggers.ts";
import { createWorkflowRoutes, matchWebhook } from "../../triggers/route-table.ts";
import { listRoutedTriggers, type RoutedTrigger } from "../../triggers/store.ts";
import { findAuthFault, provesBySecret, withoutProof } from "../../triggers/verify-webhook.ts";
import { readBody } from "../load-event.ts";
import type { DeliveryDetail } from "../store.ts";

export interface MatchContext {
  database: Queryable;
  artifacts: ArtifactStore;
  vault: Vault;
  providerServers: ProviderServers;
  report(error: unknown): void;
}

/** One trigger that a delivery is for now. */
export interface MatchedTrigger {
  trigger: RoutedTrigger;
  /** As its handler would see it; none when that is what the delivery's row says. */
  head: WireEventHead | undefined;
}

/** As if it had come now: by the routes, filters and secrets of now. @throws FlowwError STATE_CONFLICT when it is for nobody */
export async function matchDelivery(
  context: MatchContext,
  delivery: DeliveryDetail,
): Promise<MatchedTrigger[]> {
  const matched =
    delivery.providerId === null
      ? await matchRequest(context, delivery)
      : await matchVendorEvent(context, delivery, delivery.providerId);
  if (matched.length === 0)
    throw new FlowwError("STATE_CONFLICT", `No trigger of an active version is for ${nameOf(delivery)}.`, {
      fix: "Deploy a version that listens for it, then replay it.",
    });
  return matched;
}

function nameOf({ head }: DeliveryDetail): string {
  return head.type === "webhook" ? `${head.method} ${head.path}` : `this ${head.name} event`;
}

async function matchRequest(context: MatchContext, delivery: DeliveryDetail): Promise<MatchedTrigger[]> {
  const { head, workflowId, triggerId, namespaceId } = delivery;
  if (head.type !== "webhook" || workflowId === null) return [];
  const triggers = await listRoutedTriggers(context.database, workflowId);
  const routes = createWorkflowRoutes({ workflowId, namespaceId }, triggers, (trigger) =>
    createRuntimeTarget(context, trigger),
  );
  const match = matchWebhook(routes, head.method, head.path);
  if (match === undefined) return [];
  const { route, params } = match;
  const isAsRecorded = route.trigger.id === triggerId;
  // What came to its trigger was verified then.
  if (isAsRecorded) return [{ trigger: route.trigger, head: undefined }];
  const headers = await proveAgain(context, route.trigger, delivery);
  return [{ trigger: route.trigger, head: { ...head, headers, params } }];
}

/** Anything else has to pass with the secret of now, at its own time. Resolves with the headers that go on. */
async function proveAgain(
  context: MatchContext,
  { namespaceId, input }: RoutedTrigger,
  delivery: DeliveryDetail,
): Promise<[string, string][]> {
  const { headers } = delivery.head;
  const auth = input.auth as WebhookAuth | undefined;
  if (auth === undefined) return headers;
  const body = await readBody(context.artifacts, delivery);
  const request = { headers, body, receivedAtMs: uuidInstantMs(delivery.id) };
  const fault = await findAuthFault(context, { namespaceId, auth }, request);
  if (fault === undefined) return withoutProof(headers, auth);
  throw new FlowwError("STATE_CONFLICT", `It is still refused: ${fault}.`, {
    fix: provesBySecret(auth)
      ? "Tokens and passwords are not kept: ask its sender to send it again."
      : "Set the secret that it was signed with, then replay it.",
  });
}

async function matchVendorEvent(
  context: MatchContext,
  delivery: DeliveryDetail,
  providerId: string,
): Promise<MatchedTrigger[]> {
  const provider = await findProviderById(context.database, delivery.namespaceId, providerId);
  if (provider === undefined)
    throw new FlowwError("STATE_CONFLICT", "The provider that it came through was deleted.");
  const connection = openConnection(context, provider);
  const received = await receiveAgain(context, connection, delivery);
  if (received.kind === "refused")
    throw new FlowwError("STATE_CONFLICT", `It is still refused: ${received.reason}.`, {
      fix: "Set the secret that it was signed with, then replay it.",
    });
  // A handshake, and what people decided: that ends with its moment.
  if (received.kind !== "event") return [];
  const { event, deliveryId } = received;
  const { head } = delivery;
  const now = {
    type: "provider" as const,
    name: event.name,
    ...(deliveryId === undefined ? {} : { deliveryId }),
    headers: head.headers,
    receivedAt: head.receivedAt,
  };
  const triggers = await listProviderTriggers(context.database, provider);
  return triggers
    .filter((trigger) => connection.server.matches(event, trigger))
    .map((trigger) => ({ trigger, head: head.type === "provider" ? undefined : now }));
}

/** What was verified then needs no verifying again; what was refused may pass with the secret of now, at its own time. */
async function receiveAgain(
  context: MatchContext,
  connection: Connection,
  delivery: DeliveryDetail,
): Promise<Received> {
  const { head, id } = delivery;
  const request = {
    headers: head.headers,
    body: await readBody(context.artifacts, delivery),
    receivedAtMs: uuidInstantMs(id),
  };
  if (head.type === "provider") return connection.server.read({ method: "POST", ...request });
  return receiveRequest(context, connection, { ...request, path: head.path });
}
