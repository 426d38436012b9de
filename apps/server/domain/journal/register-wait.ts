import { FlowwError } from "@floww/contract/errors";
import type { WaitReply, WaitRequest } from "@floww/contract/host-calls";
import { formatId } from "@floww/contract/ids";
import { encodeValue } from "@floww/sdk/value-codec";
import type { ArtifactStore } from "../../platform/blobs/artifact-store.ts";
import type { Database, Queryable } from "../../platform/db/database.ts";
import { newUuid } from "../../platform/uuid-v7.ts";
import type { RunIdentity } from "../executions/host-operations.ts";
import type { Bells } from "../live/namespace-bells.ts";
import { createChild } from "./create-child.ts";
import { presentEntry } from "./present.ts";
import { timedOut } from "./read-journal.ts";
import { findSentEvent, lockEventName } from "./send-event.ts";
import { settleWait } from "./settle-wait.ts";
import { JournalKindNumber } from "./states.ts";
import { findEntry, insertWait, openWait, settleDue } from "./store.ts";
import type { WaitLinks } from "./wait-links.ts";

export interface WaitContext {
  database: Database;
  artifacts: ArtifactStore;
  links: WaitLinks;
  wakeQueue(): void;
  wakeBatch(batchKey: Buffer): void;
  bells: Bells;
  report(error: unknown): void;
}

/** Journals what the run waits for, once, and says what has become of it. @throws FlowwError RUN_ENDED, NOT_FOUND of what is invoked */
export async function registerWait(
  context: WaitContext,
  run: RunIdentity,
  { key, position, wait }: WaitRequest,
): Promise<WaitReply> {
  const keyBytes = Buffer.from(key);
  let batchKey: Buffer | undefined;
  let childId: string | undefined;
  const waitId = await context.database.transaction(async (transaction) => {
    if (wait.kind === "event") await lockEventName(transaction, run.namespaceId, wait.name);
    const inserted = await insertWait(transaction, {
      executionId: run.id,
      owner: run.owner,
      epoch: run.epoch,
      writeId: newUuid(),
      key: keyBytes,
      position,
      kind: JournalKindNumber[wait.kind],
      forMs: "forMs" in wait ? wait.forMs : "timeoutMs" in wait ? wait.timeoutMs : undefined,
      untilMs: "untilMs" in wait ? wait.untilMs : undefined,
      // What nobody waits for is not cancelled with it.
      holdsExecution: wait.kind === "invoke" && wait.isDetached !== true,
    });
    if (inserted === undefined) throw new FlowwError("RUN_ENDED");
    const onGathering = (key: Buffer) => {
      batchKey = key;
    };
    const onBorn = (id: string) => {
      childId = id;
    };
    return openToOutside(transaction, { run, key: keyBytes, wait, onGathering, onBorn, ...inserted });
  });
  context.bells.executionChanged(run.namespaceId, run.id);
  if (childId !== undefined) context.bells.executionChanged(run.namespaceId, childId);
  if (batchKey !== undefined) context.wakeBatch(batchKey);
  if (wait.kind === "invoke") context.wakeQueue();
  await settleDue(context.database, run.id, timedOut());
  const entry = await findEntry(context.database, run.id, keyBytes);
  if (entry === undefined) throw new FlowwError("RUN_ENDED");
  const url = waitId === undefined ? undefined : context.links.create(wait.kind, waitId);
  return { entry: await presentEntry(entry, { ...context, ...run }), ...(url === undefined ? {} : { url }) };
}

interface Opening {
  run: RunIdentity;
  key: Buffer;
  wait: WaitRequest["wait"];
  onGathering(batchKey: Buffer): void;
  onBorn(childId: string): void;
  isNew: boolean;
  /** The execution's. */
  createdAt: Date;
}

async function openToOutside(
  transaction: Queryable,
  { run, key, wait, onGathering, onBorn, isNew, createdAt }: Opening,
): Promise<string | undefined> {
  if (wait.kind === "sleep") return undefined;
  const { namespaceId, id: executionId } = run;
  const childId =
    wait.kind === "invoke" && isNew
      ? await createChild(transaction, { parent: run, key: key.toString("utf8"), onGathering, ...wait })
      : null;
  const settled = { executionId, key };
  if (childId !== null) onBorn(childId);
  if (wait.kind === "invoke" && wait.isDetached === true) {
    // Known from here on by its id: the parent does not wait for what becomes of it.
    if (childId !== null)
      await settleWait(transaction, {
        ...settled,
        value: encodeValue({ id: formatId("execution", childId) }),
      });
    return undefined;
  }
  const opened = await openWait(transaction, {
    id: newUuid(),
    namespaceId,
    executionId,
    kind: JournalKindNumber[wait.kind],
    key,
    name: nameOf(wait),
    match: wait.kind === "event" ? Buffer.from(JSON.stringify(wait.match)) : null,
    childId,
  });
  if (wait.kind === "event" && isNew) {
    const sent = await findSentEvent(transaction, { namespaceId, ...wait, sinceMs: createdAt.getTime() });
    if (sent !== undefined) await settleWait(transaction, { ...settled, value: encodeValue(sent.data) });
  }
  return opened;
}

function nameOf(wait: WaitRequest["wait"]): Buffer | null {
  if (wait.kind === "event") return Buffer.from(wait.name);
  return wait.kind === "approval" ? Buffer.from(wait.title) : null;
}
