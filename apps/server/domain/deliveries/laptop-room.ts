import { FlowwError } from "@floww/contract/errors";
import { limits } from "@floww/contract/limits";
import type { Queryable } from "../../platform/db/database.ts";
import { countWaitingForSession } from "../executions/store.ts";

/** What a run says of where it waits; a laptop's session stands in the place of the deployment. */
interface MayWait {
  origin: "webhook" | "dev";
  waits: boolean;
  deploymentId: string;
}

export function waitsForLaptop({ origin, waits }: MayWait): boolean {
  return origin === "dev" && !waits;
}

/** Whether one more event may wait, beside `ahead` that are about to. */
export async function hasLaptopRoom(database: Queryable, sessionId: string, ahead = 0): Promise<boolean> {
  return (await countWaitingForSession(database, sessionId)) + ahead < limits.devEventsWaitingMax;
}

/** All runs but those that would wait for a laptop for which enough events wait. */
export async function leaveOutFull<Run extends MayWait>(
  database: Queryable,
  runs: readonly Run[],
): Promise<Run[]> {
  const kept: Run[] = [];
  for (const run of runs) {
    const ahead = kept.filter((one) => waitsForLaptop(one) && one.deploymentId === run.deploymentId).length;
    if (!waitsForLaptop(run) || (await hasLaptopRoom(database, run.deploymentId, ahead))) kept.push(run);
  }
  return kept;
}

export function laptopFull(): FlowwError {
  return new FlowwError(
    "QUEUE_FULL",
    `${limits.devEventsWaitingMax} events wait for this dev session already.`,
    {
      fix: "Start `floww dev` in the workflow's folder, which runs them, or cancel those that nobody needs.",
    },
  );
}
