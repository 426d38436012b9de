import type { SinkRecord } from "../ledger/records.ts";
import type { RecordedExecution } from "./recorded-execution.ts";

export interface TickEvidence {
  sink: readonly SinkRecord[];
  executions: readonly RecordedExecution[];
  schedules: number;
  /** Between these two every schedule was due at each full second. */
  fromMs: number;
  untilMs: number;
}

export interface TickCount {
  expected: number;
  missing: string[];
  /** Ticks that ran as more than one execution. */
  doubled: string[];
}

const SECOND = 1_000;

/** Every schedule, every second: nobody sends a tick, so the clock is the ledger. */
export function checkTicks({ sink, executions, schedules, fromMs, untilMs }: TickEvidence): TickCount {
  const known = new Set(executions.map(({ id }) => id));
  const runs = new Map<string, Set<string>>();
  for (const { type, id, execution } of sink) {
    if (type !== "effect" || !known.has(execution)) continue;
    runs.set(id, (runs.get(id) ?? new Set()).add(execution));
  }
  const expected: string[] = [];
  for (let at = Math.ceil(fromMs / SECOND) * SECOND; at <= untilMs; at += SECOND)
    for (let n = 0; n < schedules; n++) expected.push(`tick-${n}@${at}`);
  return {
    expected: expected.length,
    missing: expected.filter((tick) => !runs.has(tick)),
    doubled: [...runs].filter(([, all]) => all.size > 1).map(([tick]) => tick),
  };
}
