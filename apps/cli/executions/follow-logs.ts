import { setTimeout as delay } from "node:timers/promises";
import { FlowwError } from "@floww/contract/errors";
import type { Session } from "../session.ts";
import type { LogLine } from "./print-execution.ts";
import { type Execution, readLogs } from "./read-logs.ts";

const POLL_MS = 500;
const PAGE_ITEMS = 100;
/** Lines are written in batches beside the ledger, so the last ones may come after the end. */
const POLLS_AFTER_END = 4;
/** Each costs two requests a poll; of more that do not end, the oldest are let go. */
const UNENDED_MAX = 1_000;

/** Injected in tests: what passes between two looks. */
export type Pause = () => Promise<void>;

const realPause: Pause = () => delay(POLL_MS);

type Progress = Pick<Execution, "attempt" | "finishedAt">;
type FollowedSession = Pick<Session, "client" | "namespace">;

interface Followed {
  attempt: number;
  /** The last line that was shown of that attempt. */
  after: number;
  pollsLeft: number;
}

export interface Seen {
  execution: Execution;
  /** The last line that was shown of it. */
  last: LogLine | undefined;
}

/** Log lines as they come, from `seen` on; ends only by being left. @NOTE polls: realtime takes its place */
export async function* followLogs(
  session: FollowedSession,
  {
    workflowId,
    seen,
    pause = realPause,
  }: { workflowId: string | undefined; seen: readonly Seen[]; pause?: Pause },
): AsyncGenerator<LogLine> {
  const followed = new Map(seen.map(({ execution, last }) => [execution.id, stateAfter(last)]));
  // Ids grow with time.
  const newest = (ids: Iterable<string>) => [...ids].toSorted().at(-1) ?? "";
  let newestSeen = newest(followed.keys());
  let oldestLookedAt = "";
  for (;;) {
    const { executions, oldestOfPage } = await listBackTo(session, workflowId, newestSeen);
    for (const [id, execution] of executions) {
      // What is older was shown and forgotten, or had ended before anybody looked.
      if (followed.has(id) || id < oldestLookedAt) continue;
      const isNew = oldestLookedAt !== "" || id > newestSeen;
      followed.set(id, isNew ? stateAfter(undefined) : await stateOfOlder(session, execution));
    }
    for (const [id, state] of [...followed].toSorted(([one], [other]) => (one < other ? -1 : 1)))
      yield* nextLines(session, id, state, executions.get(id));
    newestSeen = newest([newestSeen, ...executions.keys()]);
    oldestLookedAt = oldestOfPage;
    forgetOld(followed, oldestLookedAt);
    await pause();
  }
}

/** The lines of one execution after `last`, as they come, until it has ended. */
export async function* followExecution(
  session: FollowedSession,
  { executionId, last, pause = realPause }: { executionId: string; last: LogLine | undefined; pause?: Pause },
): AsyncGenerator<LogLine> {
  const state = stateAfter(last);
  for (;;) {
    yield* nextLines(session, executionId, state);
    if (state.pollsLeft === 0) return;
    await pause();
  }
}

function stateAfter(last: LogLine | undefined): Followed {
  return { attempt: last?.attempt ?? 1, after: last?.sequence ?? -1, pollsLeft: POLLS_AFTER_END };
}

/** What is older than what was shown at the start is followed from now on, and only when it still runs. */
async function stateOfOlder(session: FollowedSession, { id, finishedAt }: Execution): Promise<Followed> {
  if (finishedAt !== undefined) return { ...stateAfter(undefined), pollsLeft: 0 };
  return stateAfter((await readLogs(session, id)).at(-1));
}

/** One page, however little of it is news, and as many more as came since the last look. */
async function listBackTo(
  { client, namespace }: FollowedSession,
  workflowId: string | undefined,
  newestSeen: string,
): Promise<{ executions: Map<string, Execution>; oldestOfPage: string }> {
  const executions = new Map<string, Execution>();
  let oldestOfPage: string | undefined;
  for (let cursor: string | undefined; ; ) {
    const query = { limit: PAGE_ITEMS, workflowId, cursor };
    const page = await client.listExecutions({ params: { namespaceId: namespace.id }, query });
    for (const execution of page.items) executions.set(execution.id, execution);
    const oldest = page.items.at(-1)?.id ?? "";
    oldestOfPage ??= oldest;
    if (page.nextCursor === undefined || oldest <= newestSeen) return { executions, oldestOfPage };
    cursor = page.nextCursor;
  }
}

/** What an execution logged since the last look, of each of its attempts. */
async function* nextLines(
  session: FollowedSession,
  executionId: string,
  state: Followed,
  listed?: Progress,
): AsyncGenerator<LogLine> {
  if (state.pollsLeft === 0) return;
  const params = { namespaceId: session.namespace.id, executionId };
  // How far it is, before its lines are read: those of what had ended by then are all there soon.
  const progress: Progress | undefined =
    listed ?? (await session.client.getExecution({ params }).catch(ifGone));
  if (progress === undefined) {
    state.pollsLeft = 0;
    return;
  }
  for (;;) {
    for (const line of await readLogs(session, executionId, state)) {
      state.after = line.sequence;
      yield line;
    }
    if (state.attempt >= progress.attempt) break;
    state.attempt += 1;
    state.after = -1;
  }
  if (progress.finishedAt !== undefined) state.pollsLeft -= 1;
}

/** Retention took it, or somebody its workflow. */
function ifGone(error: unknown): undefined {
  if (!(error instanceof FlowwError && error.code === "NOT_FOUND")) throw error;
}

/** What has ended and left the first page never comes back. */
function forgetOld(followed: Map<string, Followed>, oldestLookedAt: string): void {
  const unended = [...followed.keys()].filter((id) => followed.get(id)!.pollsLeft > 0).toSorted();
  const letGo = new Set(unended.slice(0, -UNENDED_MAX));
  for (const [id, { pollsLeft }] of followed)
    if (id < oldestLookedAt && (pollsLeft === 0 || letGo.has(id))) followed.delete(id);
}
