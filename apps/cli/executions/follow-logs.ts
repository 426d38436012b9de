import { setTimeout as delay } from "node:timers/promises";
import type { Session } from "../session.ts";
import type { LogLine } from "./print-execution.ts";
import { type Execution, readLogs } from "./read-logs.ts";

const POLL_MS = 500;
const LOOK_BACK = 100;
/** Lines are written in batches beside the ledger, so the last ones may come after the end. */
const POLLS_AFTER_END = 4;

interface Followed {
  after: number;
  pollsLeft: number;
}

/** Log lines as they come, from `seen` on; ends only by being left. @NOTE polls: realtime takes its place */
export async function* followLogs(
  session: Session,
  {
    workflowId,
    seen,
  }: { workflowId: string | undefined; seen: readonly { execution: Execution; after: number }[] },
): AsyncGenerator<LogLine> {
  const followed = new Map<string, Followed>(
    seen.map(({ execution, after }) => [execution.id, { after, pollsLeft: POLLS_AFTER_END }]),
  );
  // Ids grow with time.
  const newestSeen =
    seen
      .map(({ execution }) => execution.id)
      .toSorted()
      .at(-1) ?? "";
  const query = { limit: LOOK_BACK, ...(workflowId === undefined ? {} : { workflowId }) };
  for (;;) {
    const { items } = await session.client.listExecutions({
      params: { namespaceId: session.namespace.id },
      query,
    });
    for (const execution of items.toReversed()) {
      const state = followed.get(execution.id) ?? (await firstState(session, execution, newestSeen));
      followed.set(execution.id, state);
      if (state.pollsLeft === 0) continue;
      for (const line of await readLogs(session, execution.id, state.after)) {
        state.after = line.sequence;
        yield line;
      }
      if (execution.finishedAt !== undefined) state.pollsLeft -= 1;
    }
    forgetAllBut(followed, new Set(items.map(({ id }) => id)));
    await delay(POLL_MS);
  }
}

/** What is older than what was shown at the start is followed from now on, and only when it still runs. */
async function firstState(session: Session, execution: Execution, newestSeen: string): Promise<Followed> {
  if (execution.id > newestSeen) return { after: -1, pollsLeft: POLLS_AFTER_END };
  if (execution.finishedAt !== undefined) return { after: -1, pollsLeft: 0 };
  const past = await readLogs(session, execution.id);
  return { after: past.at(-1)?.sequence ?? -1, pollsLeft: POLLS_AFTER_END };
}

/** What has left the page is older than all of it and never comes back. */
function forgetAllBut(followed: Map<string, Followed>, present: ReadonlySet<string>): void {
  for (const id of followed.keys()) if (!present.has(id)) followed.delete(id);
}
