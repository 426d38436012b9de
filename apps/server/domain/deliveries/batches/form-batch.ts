import type { WireEvent } from "@floww/contract/abi";
import { FlowwError } from "@floww/contract/errors";
import { formatId } from "@floww/contract/ids";
import { limits } from "@floww/contract/limits";
import type { TriggerOptions } from "@floww/contract/trigger-options";
import { joinEvents } from "@floww/sdk/batch-event";
import type { ArtifactStore } from "../../../platform/blobs/artifact-store.ts";
import type { Database, Queryable } from "../../../platform/db/database.ts";
import { newUuid } from "../../../platform/uuid-v7.ts";
import { encodeReason } from "../../executions/flow/cancel-runs.ts";
import { loadEvent } from "../load-event.ts";
import {
  type BatchRow,
  failMember,
  findGathering,
  insertBatch,
  lockOldest,
  type Member,
  releaseAll,
} from "./store.ts";

export interface BatchContext {
  database: Database;
  artifacts: ArtifactStore;
}

/** What became of the events of one key. */
export type Formed =
  /** There are none. */
  | { kind: "nothing" }
  /** They are to wait so much longer. */
  | { kind: "early"; dueInMs: number }
  /** Some are under way; others may be left. With the limit that their batch shares. */
  | { kind: "formed"; flowKey: Buffer | null };

/** Heads and bodies together: as much as one event may carry alone. */
const BATCH_BYTES_MAX = limits.bodyBytesMax;

/**
 * Makes one execution of what gathers under a key, when there are enough or the first has waited long enough. In one
 * transaction, its events locked: each is in one batch, whatever dies, and whoever looks at the key meanwhile.
 */
export async function formBatch(context: BatchContext, key: Buffer): Promise<Formed> {
  const gathering = await findGathering(context.database, key, limits.batchSizeMax);
  if (gathering === undefined) return { kind: "nothing" };
  const { batch } = JSON.parse(gathering.triggerInput.toString("utf8")) as TriggerOptions;
  if (batch !== undefined && gathering.count < batch.size && gathering.dueInMs > 0)
    return { kind: "early", dueInMs: gathering.dueInMs };
  return context.database.transaction(async (transaction) => {
    if (batch === undefined) {
      await releaseAll(transaction, key);
      return { kind: "formed", flowKey: null };
    }
    const members = await lockOldest(transaction, key, batch.size);
    const isReady = members.length === batch.size || members.some(({ isDue }) => isDue);
    if (!isReady) return { kind: "nothing" };
    return { kind: "formed", flowKey: await runTogether({ ...context, database: transaction }, members) };
  });
}

interface Transaction {
  database: Queryable;
  artifacts: ArtifactStore;
}

async function runTogether(context: Transaction, members: readonly Member[]): Promise<Buffer | null> {
  const taken: [Member, WireEvent][] = [];
  let bytes = 0;
  for (const member of members) {
    const event = await loadOrFail(context, member);
    if (event === undefined) continue;
    bytes += Buffer.byteLength(JSON.stringify(event.head)) + event.body.byteLength;
    // The rest waits for the next batch.
    if (bytes > BATCH_BYTES_MAX && taken.length > 0) break;
    taken.push([member, event]);
  }
  const [first, ...others] = taken.map(([member]) => member);
  if (first === undefined) return null;
  const row = await batchRowOf(context.artifacts, { namespaceId: first.namespaceId, taken });
  const publicId = formatId("execution", row.id);
  await insertBatch(context.database, row, { members: [first, ...others], publicId });
  return first.flowKey;
}

async function batchRowOf(
  artifacts: ArtifactStore,
  { namespaceId, taken }: { namespaceId: string; taken: readonly [Member, WireEvent][] },
): Promise<BatchRow> {
  const { head, body } = joinEvents(taken.map(([, event]) => event));
  const isBig = body.byteLength > limits.inlineBytesMax;
  return {
    id: newUuid(),
    event: Buffer.from(JSON.stringify(head)),
    input: isBig || body.byteLength === 0 ? null : Buffer.from(body),
    inputArtifact: isBig ? await artifacts.put(namespaceId, Buffer.from(body)) : null,
  };
}

async function loadOrFail(context: Transaction, member: Member): Promise<WireEvent | undefined> {
  try {
    return await loadEvent(context, member);
  } catch (error) {
    if (!(error instanceof FlowwError)) throw error;
    await failMember(context.database, member.id, encodeReason(error));
    return undefined;
  }
}
