import type { Client } from "@floww/contract/api";
import { FlowwError } from "@floww/contract/errors";
import { eventually } from "../eventually.ts";
import { type Behaviour, DEADLINE_MS, type End } from "./behaviour.ts";
import { call, type Seen } from "./caller.ts";
import type { Sandboxes } from "./sandboxes.ts";
import { AGAIN, END } from "./workflow-source.ts";

/** Past its deadline, a run and its caller may be kept waiting for this much. */
export const LATE_MS_MAX = 500;
/** For everything that belonged to a dead process to be gone. */
const GONE_MS_MAX = 3_000;
const RECORDED_MS_MAX = 60_000;

export interface HostileTarget {
  client: Client;
  namespaceId: string;
  workflowId: string;
  /** Of its webhooks, without the name. */
  webhookUrl: string;
  sandboxes: Sandboxes;
  /** How many sandboxes there are when nothing hostile is: the neighbour's, the spare, and an empty one. */
  sandboxesAtRest: number;
}

export interface Tried {
  name: string;
  /** What was not as the table says. */
  wrong: string[];
  /** How much later than its deadline it was over, by the record and by its caller; below 0 for what ended before. */
  lateMs: number;
  /** Until nothing of it was left. */
  goneMs: number;
}

/** Does one hostile thing in a process of its own, and holds what can be seen from outside against the table. */
export async function tryBehaviour(target: HostileTarget, behaviour: Behaviour): Promise<Tried> {
  const { timeoutMs = DEADLINE_MS, says, name } = behaviour;
  const seen = await call(`${target.webhookUrl}/${name}`);
  const record = await readRecord(target, behaviour);
  const ranMs = Date.parse(record.finishedAt ?? "") - Date.parse(record.startedAt ?? "");
  const lateMs = Math.max(ranMs, seen.tookMs) - timeoutMs;
  const ended = record.error?.code ?? record.status;
  const allowed = [behaviour.ends].flat();
  // What its caller is told has to fit what it is recorded as.
  const ends = allowed.find((end) => end === ended) ?? allowed[0]!;
  const wrong = [
    ...(ended === ends ? [] : [`ended as ${ended} (${record.error?.message ?? ""})`]),
    ...(record.status === statusOf(ends) || ended !== ends ? [] : [`is recorded as ${record.status}`]),
    ...(lateMs <= LATE_MS_MAX ? [] : [`was over ${Math.round(lateMs)} ms after its deadline`]),
    ...checkAnswer({ ...behaviour, ends }, seen),
    ...(says === undefined ? [] : await checkLog(target, record.id, says)),
    ...(await checkNextRun(target, behaviour)),
  ];
  const gone = await waitUntilGone(target);
  return { name, wrong: [...wrong, ...gone.wrong], lateMs, goneMs: gone.tookMs };
}

type Record = Awaited<ReturnType<Client["getExecution"]>>;

/** Runs of the workflow come one after the other: the newest is the one that was just called. */
async function readRecord(target: HostileTarget, { name }: Behaviour): Promise<Record> {
  const { client, namespaceId, workflowId } = target;
  return eventually(async () => {
    const query = { workflowId, limit: 1 };
    const [newest] = (await client.listExecutions({ params: { namespaceId }, query })).items;
    if (newest?.finishedAt === undefined) return undefined;
    const record = await client.getExecution({ params: { namespaceId, executionId: newest.id } });
    if (record.handlerId !== name)
      throw new RangeError(`${newest.id} is of ${record.handlerId}, not ${name}.`);
    return record;
  }, RECORDED_MS_MAX);
}

function statusOf(ends: End): string {
  if (ends === "completed") return "completed";
  if (ends === "RUN_TIMED_OUT") return "timed_out";
  return ends === "INTERRUPTED" ? "interrupted" : "failed";
}

function checkAnswer({ ends, answer, gives }: Behaviour & { ends: End }, seen: Seen): string[] {
  const asked = answer?.status ?? (ends === "completed" ? 200 : new FlowwError(ends).status);
  const wantsCut = answer?.isCut === true;
  const code = answer === undefined && ends !== "completed" ? codeOf(seen.body) : ends;
  return [
    ...(seen.status === asked ? [] : [`its caller got ${seen.status}, not ${asked}`]),
    ...(code === ends ? [] : [`its caller was told ${code}`]),
    ...(seen.isCut === wantsCut ? [] : [`its answer was ${seen.isCut ? "" : "not "}cut`]),
    ...(seen.headers.has("set-cookie") ? ["its answer set a cookie"] : []),
    ...(gives === undefined || isSame(gives, seen.body) ? [] : [`it gave ${seen.body.slice(0, 300)}`]),
  ];
}

function codeOf(body: string): string {
  try {
    return (JSON.parse(body) as { error: { code: string } }).error.code;
  } catch {
    return body.slice(0, 100);
  }
}

function isSame(gives: unknown, body: string): boolean {
  return body === gives || body === JSON.stringify(gives);
}

async function checkLog(
  { client, namespaceId }: HostileTarget,
  executionId: string,
  says: string,
): Promise<string[]> {
  const texts: string[] = [];
  const params = { namespaceId, executionId };
  for (let after = -1; ; ) {
    const { items } = await client.listExecutionLogs({ params, query: { after } });
    if (items.length === 0) break;
    texts.push(...items.map(({ text }) => text));
    after = items.at(-1)!.sequence;
  }
  return texts.some((text) => text.includes(says)) ? [] : [`its log (${texts.length} lines) lacks "${says}"`];
}

/** A harmless run right after it, in the same process where that lives; then the end of that process. */
async function checkNextRun(
  target: HostileTarget,
  { afterwards = "completed" }: Behaviour,
): Promise<string[]> {
  const next = await call(`${target.webhookUrl}/${AGAIN}`);
  const ended = next.status === 200 ? "completed" : codeOf(next.body);
  await call(`${target.webhookUrl}/${END}`);
  return ended === afterwards ? [] : [`the run after it ended as ${ended}`];
}

/** Until nothing is left but what is there at rest. */
export async function waitUntilGone({ sandboxes, sandboxesAtRest }: HostileTarget) {
  const beganAt = performance.now();
  const isGone = async () => {
    const [left, groups] = await Promise.all([sandboxes.list(), sandboxes.listGroups()]);
    const isAtRest =
      left.length === sandboxesAtRest &&
      left.every(({ pids }) => pids.length <= PROCESSES_OF_SANDBOX) &&
      groups.length <= sandboxesAtRest;
    return isAtRest ? true : undefined;
  };
  try {
    await eventually(isGone, GONE_MS_MAX);
    return { wrong: [], tookMs: performance.now() - beganAt };
  } catch {
    const left = (await sandboxes.list()).map(({ pids }) => pids.length);
    const groups = await sandboxes.listGroups();
    return {
      wrong: [`left sandboxes of ${left.join(", ")} processes, ${groups.length} groups`],
      tookMs: performance.now() - beganAt,
    };
  }
}

/** Its init, and node. */
const PROCESSES_OF_SANDBOX = 2;
