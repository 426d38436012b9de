import type { JobStates } from "../domain/job-states/job-states.ts";
import type { OutsideMembers } from "../domain/organizations/outside/outside-members.ts";
import type { Database } from "../platform/db/database.ts";
import { repeatAlone } from "./repeat-alone.ts";

interface FollowContext {
  database: Database;
  outsideMembers: OutsideMembers | undefined;
  jobStates: JobStates;
  report(error: unknown): void;
}

const EVERY_MS = 2 * 60_000;
const FOLLOW_LOCK = 7_203_414;

/** At each start and every two minutes: what the identity provider said and no webhook brought. */
export function followIdentityEvents(
  { database, outsideMembers, jobStates, report }: FollowContext,
  { everyMs = EVERY_MS }: { everyMs?: number } = {},
): { stop(): Promise<void> } {
  if (outsideMembers === undefined) return { stop: async () => undefined };
  const work = (signal: AbortSignal) => outsideMembers.follow(signal);
  const job = { name: "follow-identity-events", isAtStart: true, lock: FOLLOW_LOCK };
  return repeatAlone({ ...job, database, jobStates, everyMs, work, report });
}
