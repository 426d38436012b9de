import type { SinkRecord } from "../ledger/records.ts";
import type { Verdict } from "./check.ts";

/**
 * A step may run more than once, but what it gave is recorded once: whatever comes after it in its run, in whichever attempt,
 * knows one and the same result, which some run of the step did give; and once that is known it never runs again.
 */
export function checkSteps(sink: readonly SinkRecord[]): Verdict[] {
  return [...Map.groupBy(sink, ({ execution }) => execution)].flatMap(([execution, records]) =>
    checkRun(execution, records),
  );
}

function checkRun(execution: string, records: readonly SinkRecord[]): Verdict[] {
  const verdicts: Verdict[] = [];
  const gave = new Map<number, string[]>();
  const known: string[] = [];
  for (const { type, step = 0, gives, given = [], id } of records) {
    for (const [n, value] of given.entries()) {
      const isGiven = gave.get(n)?.includes(value) === true;
      if (!isGiven)
        verdicts.push({ word: "phantom", id, text: `step ${n} of ${execution} never gave ${value}` });
      known[n] ??= value;
      if (known[n] !== value)
        verdicts.push({
          word: "doubled",
          id,
          text: `step ${n} of ${execution} is recorded with two results`,
        });
    }
    if (type !== "step" || gives === undefined) continue;
    if (known[step] !== undefined)
      verdicts.push({
        word: "doubled",
        id,
        text: `step ${step} of ${execution} ran again though it was recorded`,
      });
    gave.set(step, [...(gave.get(step) ?? []), gives]);
  }
  return verdicts;
}

/** Where runs were cut off and went on: how often at each moment. */
export function countCuts(sink: readonly SinkRecord[]): Map<string, number> {
  const cuts = new Map<string, number>();
  for (const records of Map.groupBy(sink, ({ execution }) => execution).values()) {
    for (const [n, { type, step, attempt }] of records.entries()) {
      const next = records[n + 1];
      if (next === undefined || next.attempt <= attempt) continue;
      const moment = `${type} ${step}`;
      cuts.set(moment, (cuts.get(moment) ?? 0) + 1);
    }
  }
  return cuts;
}
