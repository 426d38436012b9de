import type { DevSessionHub } from "../domain/dev-sessions/dev-session-hub.ts";
import type { JobStates } from "../domain/job-states/job-states.ts";

/** A laptop keeps in touch every five seconds, with any server, and is away after fifteen: between the two. */
const EVERY_MS = 3_000;

/** Keeps what this server knows of dev sessions true, whichever server they are changed at. */
export async function followDevSessions({
  devSessions,
  jobStates,
  report,
}: {
  devSessions: DevSessionHub;
  jobStates: JobStates;
  report(error: unknown): void;
}): Promise<{ stop(): Promise<void> }> {
  let isStopped = false;
  let timer: NodeJS.Timeout | undefined;
  let turn = Promise.resolve();
  const look = async () => {
    await jobStates.track("follow-dev-sessions", () => devSessions.refresh()).catch(report);
    if (!isStopped) timer = setTimeout(next, EVERY_MS);
  };
  const next = () => {
    turn = look();
  };
  next();
  await turn;
  return {
    stop: async () => {
      isStopped = true;
      clearTimeout(timer);
      await turn;
    },
  };
}
