import type { WireEvent } from "@floww/contract/abi";
import { FlowwError } from "@floww/contract/errors";
import type { ArtifactStore } from "../../platform/blobs/artifact-store.ts";
import type { Queryable } from "../../platform/db/database.ts";
import { type DeliveryDetail, findDelivery } from "./store.ts";

interface EventOwner {
  namespaceId: string;
  deliveryId: string | null;
  event: Buffer | null;
  input: Buffer | null;
  inputArtifact: string | null;
}

const EMPTY = Buffer.alloc(0);

/**
 * An execution's event. What it has not of its own is its delivery's: all for a webhook; the body alone for one that is
 * replayed as another trigger's; nothing for a tick, a manual run or a replay with another input.
 */
export async function loadEvent(
  { database, artifacts }: { database: Queryable; artifacts: ArtifactStore },
  { namespaceId, deliveryId, event, input, inputArtifact }: EventOwner,
): Promise<WireEvent> {
  const head = event === null ? undefined : JSON.parse(event.toString("utf8"));
  if (inputArtifact !== null && head !== undefined)
    return { head, body: await artifacts.get(namespaceId, inputArtifact) };
  if (head !== undefined && (input !== null || deliveryId === null)) return { head, body: input ?? EMPTY };
  const delivery = deliveryId === null ? undefined : await findDelivery(database, namespaceId, deliveryId);
  if (delivery === undefined)
    throw new FlowwError("NOT_FOUND", "The event of this execution is no longer kept.");
  return { head: head ?? delivery.head, body: await readBody(artifacts, delivery) };
}

/** A delivery's body, wherever it lies. */
export async function readBody(
  artifacts: ArtifactStore,
  { namespaceId, body, bodyArtifact }: Pick<DeliveryDetail, "namespaceId" | "body" | "bodyArtifact">,
): Promise<Buffer> {
  if (bodyArtifact !== null) return artifacts.get(namespaceId, bodyArtifact);
  return body ?? EMPTY;
}
