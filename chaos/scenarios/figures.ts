import { type Verdict, verdictWords } from "../checker/check.ts";
import type { RecordedExecution } from "../checker/recorded-execution.ts";
import type { MixedLoadResult } from "./mixed-load.ts";
import type { Figure } from "./scenario.ts";

const SHOWN_MAX = 5;

/** A line for each word of the checker: none of them may have been said. */
export function verdictFigures(verdicts: readonly Verdict[]): Figure[] {
  return verdictWords.map((word) => {
    const said = verdicts.filter((verdict) => verdict.word === word);
    const examples = said.slice(0, SHOWN_MAX).map(({ id, text }) => `\n    ${id}: ${text}`);
    return {
      what: word,
      asked: "0",
      measured: `${said.length}${examples.join("")}`,
      isReached: said.length === 0,
    };
  });
}

export function countFigure(what: string, asked: number, measured: number): Figure {
  return { what, asked: `>= ${asked}`, measured: String(measured), isReached: measured >= asked };
}

/** How executions ended, for a reader: a figure that nothing is asked of. */
export function endsFigure(executions: readonly RecordedExecution[]): Figure {
  const ends = executions.map(({ status, errorCode, attempt }) =>
    [status, errorCode, attempt > 1 ? "after another attempt" : undefined].filter(Boolean).join(" "),
  );
  const counts = [...Map.groupBy(ends, (end) => end)].map(([end, all]) => `${all.length} ${end}`);
  return { what: "how runs ended", asked: "-", measured: counts.sort().join(", "), isReached: true };
}

/** From a kill to the moment at which a run that it orphaned was started again or ended. */
export function orphanFigures({ evidence, struck }: MixedLoadResult): Figure[] {
  const waits = evidence.executions.flatMap((execution) => {
    const { attempt, status, startedMs, finishedMs } = execution;
    const overAt = attempt > 1 ? startedMs : status === "interrupted" ? finishedMs : undefined;
    if (overAt === undefined) return [];
    const cause = struck.findLast(({ atMs }) => atMs <= overAt);
    return cause === undefined ? [] : [overAt - cause.atMs];
  });
  const sorted = waits.sort((a, b) => a - b);
  const p99 = sorted[Math.ceil(sorted.length * 0.99) - 1] ?? 0;
  const max = sorted.at(-1) ?? 0;
  return [
    { what: "orphaned runs", asked: "> 0", measured: String(sorted.length), isReached: sorted.length > 0 },
    ...[
      { what: "retaken or ended, p99", limit: 10_000, ms: p99 },
      { what: "retaken or ended, slowest", limit: 30_000, ms: max },
    ].map(({ what, limit, ms }) => ({
      what,
      asked: `<= ${limit / 1_000} s`,
      measured: `${(ms / 1_000).toFixed(1)} s`,
      isReached: ms <= limit,
    })),
  ];
}
