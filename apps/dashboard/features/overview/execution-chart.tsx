import { lazy, Suspense, useMemo } from "react";
import { formatCount, formatDuration } from "../../lib/format.ts";
import { Card } from "../../ui/card.tsx";
import { ChartLegend } from "../../ui/chart-legend.tsx";
import { countGroups, countOf, totalOf } from "./count-groups.ts";
import type { Statistics } from "./types.ts";

const TimeChart = lazy(() =>
  import("../../ui/time-chart.tsx").then(({ TimeChart }) => ({ default: TimeChart })),
);

/** As high as a chart, so that nothing jumps when it comes. */
const PLACE = <div className="h-[180px]" />;

/** Executions over time, by how they ended. */
export function ExecutionChart({ statistics }: { statistics: Statistics }) {
  const { buckets, total } = statistics;
  const times = useMemo(() => timesOf(buckets), [buckets]);
  const series = useMemo(
    () =>
      countGroups.map((group) => ({
        label: group.label,
        colour: group.colour,
        values: buckets.map(({ counts }) => countOf(counts, group)),
      })),
    [buckets],
  );
  return (
    <Card title="Executions over time">
      <Suspense fallback={PLACE}>
        <TimeChart
          label={`${formatCount(totalOf(total.counts))} executions over time, by how they ended`}
          kind="stack"
          times={times}
          series={series}
          format={formatCount}
        />
      </Suspense>
      <ChartLegend
        items={countGroups.map((group) => ({
          label: group.label,
          colour: group.colour,
          value: countOf(total.counts, group),
        }))}
      />
    </Card>
  );
}

/** How long handlers ran, over time. */
export function DurationChart({ statistics }: { statistics: Statistics }) {
  const { buckets, total } = statistics;
  const times = useMemo(() => timesOf(buckets), [buckets]);
  const series = useMemo(
    () => [
      { label: "Median", colour: "--accent", values: buckets.map(({ p50Ms }) => p50Ms ?? null) },
      { label: "95 %", colour: "--warn", values: buckets.map(({ p95Ms }) => p95Ms ?? null) },
    ],
    [buckets],
  );
  const shown = (ms: number | undefined) => (ms === undefined ? undefined : formatDuration(ms));
  return (
    <Card title="Duration over time">
      <Suspense fallback={PLACE}>
        <TimeChart
          label={`Durations over time: median ${shown(total.p50Ms) ?? "unknown"}, 95 % within ${shown(total.p95Ms) ?? "unknown"}`}
          kind="lines"
          times={times}
          series={series}
          format={formatDuration}
        />
      </Suspense>
      <ChartLegend
        items={[
          { label: "Median", colour: "--accent", value: shown(total.p50Ms) },
          { label: "95 %", colour: "--warn", value: shown(total.p95Ms) },
        ]}
      />
    </Card>
  );
}

function timesOf(buckets: Statistics["buckets"]): number[] {
  return buckets.map(({ at }) => Date.parse(at) / 1000);
}
