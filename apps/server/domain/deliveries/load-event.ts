import type { WireEvent } from "@floww/contract/abi";
import { FlowwError } from "@floww/contract/errors";
import type { ArtifactStore } from "../../platform/blobs/artifact-store.ts";
import type { Queryable } from "../../platform/db/database.ts";

interface EventOwner {
  namespaceId: string;
  deliveryId: string | null;
  event: Buffer | null;
  input: Buffer | null;
  inputArtifact: string | null;
}

interface StoredDelivery {
  head: Buffer;
  body: Buffer | null;
  bodyArtifact: string | null;
}

const EMPTY = Buffer.alloc(0);

/** An execution's event: its own for a tick or a manual run, its delivery's for a webhook. */
export async function loadEvent(
  { database, artifacts }: { database: Queryable; artifacts: ArtifactStore },
  owner: EventOwner,
): Promise<WireEvent> {
  if (owner.event !== null) {
    const body =
      owner.inputArtifact === null
        ? owner.input
        : await artifacts.get(owner.namespaceId, owner.inputArtifact);
    return { head: JSON.parse(owner.event.toString("utf8")), body: body ?? EMPTY };
  }
  const found = await database.query<StoredDelivery>(
    `select head, body, body_artifact as "bodyArtifact" from deliveries where namespace_id = $1 and id = $2`,
    [owner.namespaceId, owner.deliveryId],
  );
  const delivery = found.rows[0];
  if (delivery === undefined)
    throw new FlowwError("NOT_FOUND", "The event of this execution is no longer kept.");
  const body =
    delivery.bodyArtifact === null
      ? delivery.body
      : await artifacts.get(owner.namespaceId, delivery.bodyArtifact);
  return { head: JSON.parse(delivery.head.toString("utf8")), body: body ?? EMPTY };
}
