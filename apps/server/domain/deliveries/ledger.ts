import type { Column } from "../../platform/db/binary-rows.ts";
import { Lane } from "../../platform/db/lane.ts";
import type { LaneFragment } from "../../platform/db/lane-statement.ts";
import type { Connect } from "../../platform/db/own-connection.ts";
import { controlledFragment } from "../executions/flow/controlled-fragment.ts";
import {
  answeredFragment,
  attemptsFragment,
  executionsFragment,
  failuresFragment,
  finishedFragment,
  logsFragment,
  reopenedFragment,
  requeuedBeforeFragment,
  requeuedFragment,
} from "../executions/ledger-fragments.ts";
import { stepsFragment } from "../journal/journal-fragment.ts";

export const Verdict = {
  accepted: 1,
  noRoute: 2,
  badSignature: 3,
  duplicate: 4,
  tooLarge: 5,
  filtered: 6,
  paused: 7,
  dev: 8,
  /** Verified, and of no interest to any trigger: a vendor's ping or challenge. */
  handshake: 9,
} as const;

export interface DeliveryRow {
  id: string;
  namespaceId: string;
  /** None for a vendor's event: it may cause runs of several workflows. */
  workflowId: string | null;
  triggerId: string | null;
  providerId: string | null;
  verdict: number;
  /** JSON. */
  head: string;
  body: Uint8Array | null;
  bodyArtifact: string | null;
  remoteAddress: string;
}

/** Claims a key for one trigger; the execution is inserted only when the key was new. */
export interface DeliveryKeyRow {
  /** The execution's. */
  id: string;
  triggerId: string;
  key: Uint8Array;
  bodyHash: Uint8Array;
}

/** Takes a key over from an execution that is over, and leads it to its own. */
export interface TakeoverRow extends DeliveryKeyRow {
  /** The key must still lead there: of several who take it over at once, one does. */
  from: string;
}

/** Corrects what was decided about a delivery, when that shows only after its commit. */
export interface VerdictRow {
  id: string;
  verdict: number;
  /** The execution that the first one of its kind caused. */
  copyOf: string;
  hasOtherBody: boolean;
}

const keyColumns: readonly Column<DeliveryKeyRow>[] = [
  { name: "trigger_id", type: "uuid", value: (row) => row.triggerId },
  { name: "key", type: "bytea", value: (row) => row.key },
  { name: "id", type: "uuid", value: (row) => row.id },
  { name: "body_hash", type: "bytea", value: (row) => row.bodyHash },
];

function keyLock({ triggerId, key }: DeliveryKeyRow): string {
  return triggerId + Buffer.from(key).toString("hex");
}

const keysFragment: LaneFragment<DeliveryKeyRow> = {
  name: "keys",
  lock: keyLock,
  columns: keyColumns,
  sql: (source) => `
    insert into delivery_keys (trigger_id, key, execution_id, body_hash)
    select trigger_id, key, id, body_hash from ${source}
    on conflict do nothing
    returning execution_id as id`,
};

/** Of rows for one key in one statement PostgreSQL applies one, and returns that one. */
const takeoversFragment: LaneFragment<TakeoverRow> = {
  name: "takeovers",
  lock: keyLock,
  columns: [...keyColumns, { name: "taken_from", type: "uuid", value: (row) => row.from }],
  sql: (source) => `
    update delivery_keys as taken set execution_id = given.id, body_hash = given.body_hash, created_at = now()
    from ${source}
    where taken.trigger_id = given.trigger_id and taken.key = given.key and taken.execution_id = given.taken_from
    returning taken.execution_id as id`,
};

const verdictsFragment: LaneFragment<VerdictRow> = {
  name: "verdicts",
  dayOf: ({ id }) => id,
  columns: [
    { name: "id", type: "uuid", value: (row) => row.id },
    { name: "verdict", type: "int2", value: (row) => row.verdict },
    { name: "copy_of", type: "uuid", value: (row) => row.copyOf },
    { name: "other_body", type: "int2", value: (row) => (row.hasOtherBody ? 1 : 0) },
  ],
  sql: (source, { partition }) => `
    update ${partition("deliveries")} as delivery
    set verdict = given.verdict, copy_of = given.copy_of, has_other_body = given.other_body = 1
    from ${source} where delivery.id = given.id
    returning delivery.id`,
};

const deliveriesFragment: LaneFragment<DeliveryRow> = {
  name: "new_deliveries",
  isSilent: true,
  dayOf: ({ id }) => id,
  columns: [
    { name: "id", type: "uuid", value: (row) => row.id },
    { name: "namespace_id", type: "uuid", value: (row) => row.namespaceId },
    { name: "workflow_id", type: "uuid", value: (row) => row.workflowId },
    { name: "trigger_id", type: "uuid", value: (row) => row.triggerId },
    { name: "provider_id", type: "uuid", value: (row) => row.providerId },
    { name: "verdict", type: "int2", value: (row) => row.verdict },
    { name: "head", type: "bytea", value: (row) => row.head },
    { name: "body", type: "bytea", value: (row) => row.body },
    { name: "body_artifact", type: "text", value: (row) => row.bodyArtifact },
    { name: "remote_address", type: "text", value: (row) => row.remoteAddress },
  ],
  sql: (source, { partition }) => `
    insert into ${partition("deliveries")} (id, namespace_id, workflow_id, trigger_id, provider_id, verdict, head, body, body_artifact,
      remote_address)
    select id, namespace_id, workflow_id, trigger_id, provider_id, verdict, head, body, body_artifact, remote_address from ${source}`,
};

/** In the order in which one statement runs them: a later one may look at an earlier one's rows. */
const fragments = {
  keys: keysFragment,
  takeovers: takeoversFragment,
  deliveries: deliveriesFragment,
  executions: executionsFragment,
  controlled: controlledFragment,
  answered: answeredFragment,
  finished: finishedFragment,
  failures: failuresFragment,
  steps: stepsFragment,
  requeued: requeuedFragment,
  requeuedBefore: requeuedBeforeFragment,
  attempts: attemptsFragment,
  reopened: reopenedFragment,
  logs: logsFragment,
  verdicts: verdictsFragment,
};

/** The one lane on which deliveries and executions are written. */
export type Ledger = Lane<typeof fragments>;

export function createLedger(connect: Connect): Ledger {
  return new Lane(connect, fragments);
}
