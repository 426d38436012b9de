import { formatCount, formatDuration } from "../../lib/format.ts";
import { failureRate, totalOf } from "./count-groups.ts";
import type { Statistics } from "./types.ts";

/** The few numbers that say how it goes. */
export function Figures({ total }: { total: Statistics["total"] }) {
  const rate = failureRate(total.counts);
  return (
    <dl className="grid grid-cols-2 gap-4 lg:grid-cols-4">
      <Figure name="Executions" value={formatCount(totalOf(total.counts))} />
      <Figure
        name="Failure rate"
        value={rate === undefined ? "–" : formatPercent(rate)}
        isBad={(rate ?? 0) > 0}
      />
      <Figure name="Duration, median" value={duration(total.p50Ms)} />
      <Figure name="Duration, 95 %" value={duration(total.p95Ms)} />
    </dl>
  );
}

function Figure({ name, value, isBad = false }: { name: string; value: string; isBad?: boolean }) {
  return (
    <div className="rounded-xl border bg-card px-4 py-3">
      <dt className="text-xs text-soft">{name}</dt>
      <dd className={`text-2xl font-semibold tracking-tight tabular-nums ${isBad ? "text-danger" : ""}`}>
        {value}
      </dd>
    </div>
  );
}

function duration(ms: number | undefined): string {
  return ms === undefined ? "–" : formatDuration(ms);
}

/** `0.03 %` is not nothing. */
export function formatPercent(share: number): string {
  const percent = share * 100;
  return `${percent >= 10 || percent === 0 ? Math.round(percent) : percent.toPrecision(2)} %`;
}
