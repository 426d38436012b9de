import { INTERRUPTIONS_MAX } from "../../apps/server/domain/executions/decide-end.ts";
import type { AnsweredRecord, LedgerRecord, SinkRecord } from "../ledger/records.ts";
import type { RecordedExecution } from "./recorded-execution.ts";

/** What can be wrong, in one word each. */
export const verdictWords = ["lost", "phantom", "doubled", "stuck", "lying"] as const;
export type VerdictWord = (typeof verdictWords)[number];

export interface Verdict {
  word: VerdictWord;
  /** What it is about: an event, or an execution. */
  id: string;
  text: string;
}

export interface Evidence {
  ledger: readonly LedgerRecord[];
  sink: readonly SinkRecord[];
  /** All that the public API shows, once everything that can end has had its time. */
  executions: readonly RecordedExecution[];
  /** What it shows of a namespace in which nothing was ever sent. */
  foreign: readonly RecordedExecution[];
}

/** The sink and the database read the same clock, but a reading may be kept for a moment. */
const CLOCK_SLACK_MS = 1_000;
const UNFINISHED = new Set(["received", "waiting", "started"]);

/** Holds what was promised and what happened outside against what the system says of itself. */
export function check({ ledger, sink, executions, foreign }: Evidence): Verdict[] {
  const byId = new Map(executions.map((execution) => [execution.id, execution]));
  const answers = ledger.filter((record) => record.type === "answered");
  const effects = sink.filter(({ type }) => type === "effect");
  return [
    ...answers.flatMap((answer) => checkAnswer(answer, byId)),
    ...findPhantoms(ledger, sink, executions),
    ...foreign.map(({ id }) => verdict("phantom", id, "shown in a namespace to which nothing was sent")),
    ...findDoubled(effects, byId),
    ...findTwins(executions, effects),
    ...executions.flatMap((execution) => checkExecution(execution, effects.length > 0)),
    ...checkEffects(effects, executions),
  ];
}

function checkAnswer(answer: AnsweredRecord, byId: ReadonlyMap<string, RecordedExecution>): Verdict[] {
  const { id, kind, status, code } = answer;
  const execution = answer.execution === undefined ? undefined : byId.get(answer.execution);
  if (status < 200 || status > 299) {
    const isContradicted = code === "INTERRUPTED" && execution?.status === "completed";
    return isContradicted ? [verdict("lying", id, "answered INTERRUPTED, recorded as completed")] : [];
  }
  if (execution === undefined)
    return [verdict("lost", id, `acknowledged as ${answer.execution}, which is not there`)];
  if (kind === "handler") return checkHandlerAnswer(answer, execution);
  if (isGivenUp(execution))
    return [verdict("lost", id, `acknowledged, then given up: ${describe(execution)}`)];
  if (execution.about !== undefined && execution.about !== id)
    return [verdict("lying", id, `acknowledged as ${execution.id}, which is about ${execution.about}`)];
  return [];
}

/** No handler of the harness fails by itself, and an interruption is no end before there were as many as there may be. */
function isGivenUp({ status, attempt }: RecordedExecution): boolean {
  return status === "failed" || (status === "interrupted" && attempt < INTERRUPTIONS_MAX);
}

/** For whoever has to find out why. */
function describe({ id, status, finishedMs, errorCode, errorMessage }: RecordedExecution): string {
  return `${status} at ${finishedMs} (${id}; ${errorCode}: ${errorMessage})`;
}

function checkHandlerAnswer({ id, about, atMs }: AnsweredRecord, execution: RecordedExecution): Verdict[] {
  const { status } = execution;
  if (about !== id) return [verdict("lying", id, `answered with what is about ${about ?? "nothing"}`)];
  return status === "completed"
    ? []
    : [verdict("lying", id, `answered by its handler at ${atMs}, recorded as ${describe(execution)}`)];
}

function findPhantoms(
  ledger: readonly LedgerRecord[],
  sink: readonly SinkRecord[],
  executions: readonly RecordedExecution[],
): Verdict[] {
  const known = new Set(ledger.map(({ id }) => id));
  const isKnown = (id: string) => known.has(id.replace(TOLD, "")) || TICK.test(id);
  return [
    ...sink
      .filter(({ id }) => !isKnown(id))
      .map(({ id, execution }) => verdict("phantom", id, `${execution} reported what nobody sent`)),
    ...executions
      .filter(({ about }) => about !== undefined && !isKnown(about))
      .map(({ id, about }) => verdict("phantom", id, `it is about ${about}, which nobody sent`)),
  ];
}

/** A tick has no sender; the clock's own check is for them. */
export const TICK = /^tick-\d+@\d+$/;

/** Of what a run had another one do for it. */
const TOLD = /^told-/;

function findDoubled(
  effects: readonly SinkRecord[],
  byId: ReadonlyMap<string, RecordedExecution>,
): Verdict[] {
  const verdicts: Verdict[] = [];
  for (const [execution, own] of Map.groupBy(effects, (effect) => effect.execution)) {
    const attempts = new Set(own.map(({ attempt }) => attempt));
    const { id } = own[0]!;
    const recorded = byId.get(execution)?.attempt;
    if (attempts.size < own.length)
      verdicts.push(verdict("doubled", id, `two effects of one attempt of ${execution}`));
    else if (own.length > 1 && recorded === 1)
      verdicts.push(verdict("doubled", id, `${own.length} effects of ${execution}, which says attempt 1`));
  }
  return verdicts;
}

/**
 * One event, one execution; another one only as the replay of an end that was none. What a run had another one do is done
 * again by another when that one failed, as the run's own retry.
 */
function findTwins(executions: readonly RecordedExecution[], effects: readonly SinkRecord[]): Verdict[] {
  const aboutOf = new Map(effects.map(({ execution, id }) => [execution, id]));
  const byEvent = Map.groupBy(executions, (execution) => execution.about ?? aboutOf.get(execution.id));
  const verdicts: Verdict[] = [];
  for (const [event, twins] of byEvent) {
    const isRetried = (twin: RecordedExecution) => TOLD.test(event ?? "") && twin.status !== "completed";
    const originals = twins.filter((twin) => twin.replayOf === undefined && !isRetried(twin));
    if (event !== undefined && originals.length > 1)
      verdicts.push(verdict("doubled", event, `executions ${originals.map(({ id }) => id).join(", ")}`));
  }
  return verdicts;
}

function checkExecution({ id, status, attempt, answeredBy }: RecordedExecution, hasSink: boolean): Verdict[] {
  if (UNFINISHED.has(status)) return [verdict("stuck", id, `still ${status} past its deadline and 30 s`)];
  const isForeignEnd = hasSink && answeredBy !== undefined && answeredBy !== attempt;
  return isForeignEnd
    ? [verdict("lying", id, `attempt ${attempt} is recorded with the answer of attempt ${answeredBy}`)]
    : [];
}

/** What completed has had its effect, and no effect comes from an attempt that the record does not know. */
function checkEffects(effects: readonly SinkRecord[], executions: readonly RecordedExecution[]): Verdict[] {
  const byExecution = Map.groupBy(effects, (effect) => effect.execution);
  return executions.flatMap(({ id, status, attempt, finishedMs = 0 }) => {
    const own = byExecution.get(id) ?? [];
    const late = own.find((effect) => effect.attempt > attempt);
    if (late !== undefined)
      return [verdict("lying", id, `attempt ${late.attempt} had an effect, the record knows ${attempt}`)];
    const isEarly = (effect: SinkRecord) =>
      effect.attempt === attempt && effect.atMs > finishedMs + CLOCK_SLACK_MS;
    if (status === "completed" && own.some(isEarly))
      return [verdict("lying", id, `recorded as completed before attempt ${attempt} was through`)];
    if (status === "completed" && own.length === 0)
      return [verdict("lying", id, "completed, and nothing happened outside")];
    return [];
  });
}

function verdict(word: VerdictWord, id: string, text: string): Verdict {
  return { word, id, text };
}
