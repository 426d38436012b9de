import type { Database } from "../../../platform/db/database.ts";
import {
  beginSetUp,
  endSetUp,
  keepSetUp,
  listSetUps,
  listWanted,
  lockForSetUps,
  type SetUp,
  type Untold,
} from "./store.ts";

export interface SettleSetUpsContext {
  database: Database;
  /** The prefix of webhook addresses, without a slash at its end. */
  webhookUrl(): string;
  /** True when somebody has said where others reach this server: then another address is one that has to be told. */
  isPublic(): boolean;
  wakeQueue(): void;
}

/** One that is being set up: its execution, and what it is about. */
export interface BegunSetUp {
  executionId: string;
  namespaceId: string;
  path: string;
}

/**
 * Makes the set-ups of a workflow those that its active version wants: an address that is new is told by its `setup`, one
 * that is not listened to any more, or is another one now, is taken back. Each decision is made once, under the workflow's
 * lock and in one transaction with the execution that carries it out, whoever comes to it, and however often.
 */
export async function settleSetUps(
  { database, webhookUrl, isPublic, wakeQueue }: SettleSetUpsContext,
  workflowId: string,
): Promise<BegunSetUp[]> {
  const urlOf = ({ workflowKey, path }: Untold) => `${webhookUrl()}/webhook/${workflowKey}${path}`;
  const isSame = (told: string, now: string) =>
    told === now || (!isPublic() && new URL(told).pathname === new URL(now).pathname);
  const { begun, ended } = await database.transaction(async (transaction) => {
    const done: { begun: BegunSetUp[]; ended: number } = { begun: [], ended: 0 };
    if (!(await lockForSetUps(transaction, workflowId))) return done;
    const present = new Map((await listSetUps(transaction, workflowId)).map((one) => [one.triggerId, one]));
    // One that is under way is taken back later: what has to be taken back is not known yet.
    const takeBack = async (setUp: SetUp) => {
      if (!setUp.isOver) return false;
      await endSetUp(transaction, workflowId, setUp);
      done.ended++;
      return true;
    };
    for (const wanted of await listWanted(transaction, workflowId)) {
      const before = present.get(wanted.triggerId);
      present.delete(wanted.triggerId);
      const url = urlOf(wanted);
      if (before !== undefined && isSame(before.webhookUrl, url)) {
        await keepSetUp(transaction, before.id, wanted);
        continue;
      }
      // By the version that told it: the other one knows of another address.
      if (before !== undefined && !(await takeBack(before))) continue;
      const executionId = await beginSetUp(transaction, workflowId, { ...wanted, webhookUrl: url });
      done.begun.push({ executionId, namespaceId: wanted.namespaceId, path: wanted.path });
    }
    for (const left of present.values()) await takeBack(left);
    return done;
  });
  if (begun.length + ended > 0) wakeQueue();
  return begun;
}
