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

/** Corrects what was decided about a delivery, when that shows only after its commit. */
export interface VerdictRow {
  id: string;
  verdict: number;
  /** The execution that the first one of its kind caused. */
  copyOf: string;
  hasOtherBody: boolean;
}

const keysFragment: LaneFragment<DeliveryKeyRow> = {
  name: "keys",
  lock: ({ triggerId, key }) => triggerId + Buffer.from(key).toString("hex"),
  columns: [
    { name: "trigger_id", type: "uuid", value: (row) => row.triggerId },
    { name: "key", type: "bytea", value: (row) => row.key },
    { name: "id", type: "uuid", value: (row) => row.id },
    { name: "body_hash", type: "bytea", value: (row) => row.bodyHash },
  ],
  sql: (source) => `
    insert into delivery_keys (trigger_id, key, execution_id, body_hash)
    select trigger_id, key, id, body_hash from ${source}
    on conflict do nothing
    returning execution_id as id`,
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
