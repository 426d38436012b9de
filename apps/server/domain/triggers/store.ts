import type { ManifestTrigger } from "@floww/contract/manifest";
import type { PlacedRuntime } from "@floww/executor/host";
import type { Queryable } from "../../platform/db/database.ts";
import { newUuid } from "../../platform/uuid-v7.ts";

export interface Trigger {
  id: string;
  namespaceId: string;
  workflowId: string;
  handlerId: string;
  providerType: string;
  providerAlias: string;
  type: string;
  key: string;
  input: Record<string, unknown>;
  deploymentId: string | null;
  tickedUntil: Date;
}

interface TriggerRow extends Omit<Trigger, "input"> {
  input: Buffer;
}

const COLUMNS = `id, namespace_id as "namespaceId", workflow_id as "workflowId", handler_id as "handlerId",
  provider_type as "providerType", provider_alias as "providerAlias", type, key, input, deployment_id as "deploymentId", ticked_until as "tickedUntil"`;

function fromRow(row: TriggerRow): Trigger {
  return { ...row, input: JSON.parse(row.input.toString("utf8")) };
}

/**
 * Makes the workflow's triggers those of the manifest: same handler id, same row. A schedule that comes (back) into being,
 * or is another one now, begins now; one that was there goes on where it was.
 */
export async function switchTriggers(
  transaction: Queryable,
  {
    namespaceId,
    workflowId,
    deploymentId,
  }: { namespaceId: string; workflowId: string; deploymentId: string },
  triggers: readonly ManifestTrigger[],
): Promise<Trigger[]> {
  const before = await listActiveTriggers(transaction, namespaceId, workflowId);
  const goesOn = new Set(before.map(({ handlerId, key }) => JSON.stringify([handlerId, key])));
  await clearTriggers(transaction, workflowId);
  const switched: Trigger[] = [];
  for (const trigger of triggers) {
    const row = await transaction.query<TriggerRow>(
      `insert into triggers (id, namespace_id, workflow_id, handler_id, provider_type, provider_alias, type, key, input, deployment_id, has_setup, has_teardown)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $12, $13)
       on conflict (workflow_id, handler_id) do update set provider_type = excluded.provider_type,
         has_setup = excluded.has_setup, has_teardown = excluded.has_teardown,
         provider_alias = excluded.provider_alias, type = excluded.type, key = excluded.key, input = excluded.input,
         deployment_id = excluded.deployment_id,
         ticked_until = case when $11 then triggers.ticked_until else now() end
       returning ${COLUMNS}`,
      [
        ...newTriggerValues({ namespaceId, workflowId }, trigger),
        deploymentId,
        goesOn.has(JSON.stringify([trigger.handlerId, trigger.key])),
        trigger.input.setup === true,
        trigger.input.teardown === true,
      ],
    );
    switched.push(fromRow(row.rows[0]!));
  }
  return switched;
}

/** The first nine columns of a trigger that may be new: id to input. */
function newTriggerValues(
  { namespaceId, workflowId }: { namespaceId: string; workflowId: string },
  { handlerId, provider, type, key, input }: ManifestTrigger,
): unknown[] {
  const inputBytes = Buffer.from(JSON.stringify(input));
  return [
    newUuid(),
    namespaceId,
    workflowId,
    handlerId,
    provider.type,
    provider.alias,
    type,
    key,
    inputBytes,
  ];
}

/** Rows for what a dev session declares, without touching what production listens for. */
export async function ensureTriggers(
  database: Queryable,
  { namespaceId, workflowId }: { namespaceId: string; workflowId: string },
  triggers: readonly ManifestTrigger[],
): Promise<Trigger[]> {
  const ensured: Trigger[] = [];
  for (const trigger of triggers) {
    const row = await database.query<TriggerRow>(
      `insert into triggers (id, namespace_id, workflow_id, handler_id, provider_type, provider_alias, type, key, input)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
       on conflict (workflow_id, handler_id) do update set handler_id = excluded.handler_id
       returning ${COLUMNS}`,
      [...newTriggerValues({ namespaceId, workflowId }, trigger)],
    );
    ensured.push(fromRow(row.rows[0]!));
  }
  return ensured;
}

export async function clearTriggers(transaction: Queryable, workflowId: string): Promise<void> {
  await transaction.query("update triggers set deployment_id = null where workflow_id = $1", [workflowId]);
}

/** What the active deployment listens for, in the order of its handler ids. */
export async function listActiveTriggers(
  database: Queryable,
  namespaceId: string,
  workflowId: string,
): Promise<Trigger[]> {
  const found = await database.query<TriggerRow>(
    `select ${COLUMNS} from triggers where namespace_id = $1 and workflow_id = $2 and deployment_id is not null order by handler_id`,
    [namespaceId, workflowId],
  );
  return found.rows.map(fromRow);
}

export async function findTrigger(
  database: Queryable,
  namespaceId: string,
  id: string,
): Promise<Trigger | undefined> {
  const found = await database.query<TriggerRow>(
    `select ${COLUMNS} from triggers where namespace_id = $1 and id = $2`,
    [namespaceId, id],
  );
  return found.rows[0] === undefined ? undefined : fromRow(found.rows[0]);
}

/** A trigger with all that is needed to run it. */
export interface RoutedTrigger extends Trigger {
  deploymentId: string;
  workflowKey: string;
  bundleHash: string;
  placed: PlacedRuntime | null;
  /** Its workflow is: events are kept, and nobody is answered. */
  isPaused: boolean;
}

type RoutedRow = TriggerRow &
  Pick<RoutedTrigger, "workflowKey" | "bundleHash" | "placed" | "deploymentId" | "isPaused">;

const ROUTED = `select ${COLUMNS.split(",")
  .map((column) => `t.${column.trim()}`)
  .join(
    ", ",
  )}, w.key as "workflowKey", d.bundle_hash as "bundleHash", d.placed, w.paused_at is not null as "isPaused"
     from triggers t join workflows w on w.id = t.workflow_id join deployments d on d.id = t.deployment_id`;

function fromRoutedRow(row: RoutedRow): RoutedTrigger {
  const { deploymentId, workflowKey, bundleHash, placed, isPaused } = row;
  return { ...fromRow(row), deploymentId, workflowKey, bundleHash, placed, isPaused };
}

/** The routed triggers of one workflow, or of all. */
export async function listRoutedTriggers(database: Queryable, workflowId?: string): Promise<RoutedTrigger[]> {
  const found = await database.query<RoutedRow>(
    `${ROUTED} where w.deleted_at is null and ($1::uuid is null or w.id = $1)`,
    [workflowId],
  );
  return found.rows.map(fromRoutedRow);
}

/** Those that listen through one provider: by its alias, or by what floww.yaml said of their deployment. */
export async function listBoundTriggers(
  database: Queryable,
  {
    namespaceId,
    providerId,
    type,
    alias,
  }: { namespaceId: string; providerId: string; type: string; alias: string },
): Promise<RoutedTrigger[]> {
  const found = await database.query<RoutedRow>(
    `${ROUTED}
     left join provider_mappings m
       on m.owner_id = t.deployment_id and m.type = t.provider_type and m.alias = t.provider_alias
     where w.deleted_at is null and t.namespace_id = $1 and t.provider_type = $2 and t.provider_type <> 'builtin'
       and case when m.provider_id is null then t.provider_alias = $3 else m.provider_id = $4 end
     order by t.workflow_id, t.handler_id`,
    [namespaceId, type, alias, providerId],
  );
  return found.rows.map(fromRoutedRow);
}

/** Keys of workflows that exist, with or without routes: a known key's wrong path is recorded, an unknown key's is not. */
export async function listWorkflowKeys(database: Queryable, workflowId?: string): Promise<KeyedWorkflow[]> {
  const found = await database.query<Omit<KeyedWorkflow, "generation"> & { generation: string }>(
    `select id as "workflowId", namespace_id as "namespaceId", key, generation from workflows
     where deleted_at is null and ($1::uuid is null or id = $1)`,
    [workflowId],
  );
  return found.rows.map((row) => ({ ...row, generation: Number(row.generation) }));
}

export interface KeyedWorkflow {
  workflowId: string;
  namespaceId: string;
  key: string;
  /** Of its routes. */
  generation: number;
}

/** What this server routes from now on, for those who wait for it. */
export async function acknowledgeRoutes(
  database: Queryable,
  serverId: string,
  { workflowId, generation }: Pick<KeyedWorkflow, "workflowId" | "generation">,
): Promise<void> {
  await database.query(
    `insert into route_acknowledgements (server_id, workflow_id, generation) values ($1, $2, $3)
     on conflict (server_id, workflow_id) do update
     set generation = greatest(route_acknowledgements.generation, excluded.generation)`,
    [serverId, workflowId, generation],
  );
}

export async function forgetAcknowledgements(database: Queryable): Promise<void> {
  await database.query(
    "delete from route_acknowledgements where server_id not in (select id from servers where lease_until > now())",
  );
}

/** Live servers beside this one that still route an older generation. */
export async function listLaggards(
  database: Queryable,
  serverId: string,
  { workflowId, generation }: Pick<KeyedWorkflow, "workflowId" | "generation">,
): Promise<string[]> {
  const found = await database.query<{ id: string }>(
    `select s.id from servers s where s.lease_until > now() and s.id <> $3 and not exists (
       select from route_acknowledgements a
       where a.server_id = s.id and a.workflow_id = $1 and a.generation >= $2)`,
    [workflowId, generation, serverId],
  );
  return found.rows.map(({ id }) => id);
}
