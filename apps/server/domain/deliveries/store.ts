import type { ProviderEventHead, WebhookEventHead } from "@floww/contract/abi";
import type { Queryable } from "../../platform/db/database.ts";
import { uuidFloor } from "../../platform/uuid-v7.ts";

export interface Delivery {
  id: string;
  namespaceId: string;
  workflowId: string | null;
  triggerId: string | null;
  providerId: string | null;
  verdict: number;
  head: WebhookEventHead | ProviderEventHead;
  remoteAddress: string;
  copyOf: string | null;
  hasOtherBody: boolean;
}

export interface DeliveryDetail extends Delivery {
  body: Buffer | null;
  bodyArtifact: string | null;
}

const COLUMNS = `d.id, d.namespace_id as "namespaceId", d.workflow_id as "workflowId", d.trigger_id as "triggerId",
  d.provider_id as "providerId", d.verdict, d.head, d.remote_address as "remoteAddress",
  d.copy_of as "copyOf", d.has_other_body as "hasOtherBody"`;

type Row<Shape extends Delivery> = Omit<Shape, "head"> & { head: Buffer };

function fromRow<Shape extends Delivery>(row: Row<Shape>): Shape {
  // The row's other columns are the shape's.
  return { ...row, head: JSON.parse(row.head.toString("utf8")) } as unknown as Shape;
}

/** Which deliveries of a namespace; what is left out admits all. */
export interface DeliveryFilter {
  namespaceId: string;
  workflowId?: string | undefined;
  providerId?: string | undefined;
  verdict?: number | undefined;
  fromMs?: number | undefined;
  toMs?: number | undefined;
}

/** The condition of a filter over `deliveries d`, with its seven parameters beginning at $1. */
export const DELIVERY_FILTER = `d.namespace_id = $1
  and ($2::uuid is null or d.workflow_id = $2
    or (d.provider_id is not null and exists (
      select from executions e where e.delivery_id = d.id and e.workflow_id = $2)))
  and ($3::uuid is null or d.provider_id = $3)
  and ($4::smallint is null or d.verdict = $4)
  and ($5::uuid is null or d.id >= $5) and ($6::uuid is null or d.id < $6)`;

export function deliveryFilterValues(filter: DeliveryFilter): unknown[] {
  const { namespaceId, workflowId, providerId, verdict, fromMs, toMs } = filter;
  // Ids begin with the instant of receipt, and they are what is indexed.
  const bounds = [fromMs, toMs].map((ms) => (ms === undefined ? null : uuidFloor(ms)));
  return [namespaceId, workflowId ?? null, providerId ?? null, verdict ?? null, ...bounds];
}

/** Newest first. */
export async function listDeliveries(
  database: Queryable,
  filter: DeliveryFilter,
  { beforeId, limit }: { beforeId: string | undefined; limit: number },
): Promise<Delivery[]> {
  const found = await database.query<Row<Delivery>>(
    `select ${COLUMNS} from deliveries d
     where ${DELIVERY_FILTER} and ($7::uuid is null or d.id < $7)
     order by d.id desc limit $8`,
    [...deliveryFilterValues(filter), beforeId, limit],
  );
  return found.rows.map(fromRow<Delivery>);
}

export async function findDelivery(
  database: Queryable,
  namespaceId: string,
  id: string,
): Promise<DeliveryDetail | undefined> {
  const found = await database.query<Row<DeliveryDetail>>(
    `select ${COLUMNS}, d.body, d.body_artifact as "bodyArtifact"
     from deliveries d where d.namespace_id = $1 and d.id = $2`,
    [namespaceId, id],
  );
  return found.rows[0] === undefined ? undefined : fromRow<DeliveryDetail>(found.rows[0]);
}

/** More are not shown: whoever replays one delivery that often reads the list of executions. */
const CAUSED_MAX = 100;

export interface CausedExecution {
  id: string;
  workflowId: string;
  triggerId: string;
  origin: number;
  state: number;
  createdAt: Date;
  replayOf: string | null;
}

/** What a delivery caused, oldest first. */
export async function listCaused(
  database: Queryable,
  namespaceId: string,
  deliveryId: string,
): Promise<CausedExecution[]> {
  const found = await database.query<CausedExecution>(
    `select id, workflow_id as "workflowId", trigger_id as "triggerId", origin, state, created_at as "createdAt",
       replay_of as "replayOf"
     from executions where namespace_id = $1 and delivery_id = $2 order by id limit ${CAUSED_MAX}`,
    [namespaceId, deliveryId],
  );
  return found.rows;
}
