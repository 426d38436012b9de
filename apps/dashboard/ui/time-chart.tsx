import { useEffect, useRef } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { useIsDark } from "../lib/use-is-dark.ts";

export interface Series {
  label: string;
  /** A custom property of the theme: `--accent`. */
  colour: string;
  /** One value for each instant; null where there is none. */
  values: readonly (number | null)[];
}

interface TimeChartProps {
  /** What it shows, in a sentence, for those who do not see it. */
  label: string;
  /** In seconds, rising. */
  times: readonly number[];
  series: readonly Series[];
  /** Bars on top of one another, or a line for each. */
  kind: "stack" | "lines";
  /** How a value reads. */
  format(value: number): string;
}

const HEIGHT = 180;
/** Between the lines: no half executions, and no half milliseconds. */
const WHOLE = [1, 2, 5]
  .flatMap((first) => Array.from({ length: 10 }, (_, power) => first * 10 ** power))
  .sort((a, b) => a - b);

/** Values over time, on a canvas; drawn anew when the width, the theme or the values change. */
export function TimeChart({ label, times, series, kind, format }: TimeChartProps) {
  const host = useRef<HTMLDivElement>(null);
  const isDark = useIsDark();
  useEffect(() => {
    const element = host.current;
    if (element === null) return;
    const plot = new uPlot(
      optionsOf({ width: element.clientWidth, series, kind, format }),
      [[...times], ...stacked(series, kind)],
      element,
    );
    const observer = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height: HEIGHT }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      plot.destroy();
    };
  }, [times, series, kind, format, isDark]);
  return <div ref={host} role="img" aria-label={label} className="h-[180px] min-w-0 overflow-hidden" />;
}

/** Of a stack each series holds all below it: the last drawn is the lowest. */
function stacked(series: readonly Series[], kind: TimeChartProps["kind"]): (number | null)[][] {
  if (kind === "lines") return series.map(({ values }) => [...values]);
  const sums = (series[0]?.values ?? []).map(() => 0);
  return series
    .map(({ values }) => values.map((value, index) => (sums[index] = (sums[index] ?? 0) + (value ?? 0))))
    .toReversed();
}

function optionsOf({
  width,
  series,
  kind,
  format,
}: Pick<TimeChartProps, "series" | "kind" | "format"> & { width: number }): uPlot.Options {
  const colourOf = (name: string) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const grid = { stroke: colourOf("--line"), width: 1 };
  const axis = { stroke: colourOf("--soft"), grid, ticks: grid, font: "11px system-ui" };
  const drawn = kind === "stack" ? series.toReversed() : series;
  const bars = uPlot.paths.bars?.({ size: [0.8, 40], gap: 1 });
  return {
    width,
    height: HEIGHT,
    legend: { show: false },
    cursor: { show: false },
    scales: { y: { range: (_, min, max) => [Math.min(min, 0), max <= 0 ? 1 : max * 1.05] } },
    axes: [
      axis,
      {
        ...axis,
        size: 56,
        values: (_, values) => values.map(format),
        incrs: WHOLE,
      },
    ],
    series: [
      {},
      ...drawn.map(({ label, colour }) => ({
        label,
        stroke: colourOf(colour),
        ...(kind === "stack" && bars !== undefined
          ? { fill: colourOf(colour), width: 0, paths: bars, points: { show: false } }
          : { width: 2, spanGaps: true, points: { show: isLonely } }),
      })),
    ],
  };
}

/** One value alone makes no line: it is drawn as a point. */
function isLonely({ data }: uPlot, index: number): boolean {
  return Array.from(data[index] ?? []).filter((value) => typeof value === "number").length === 1;
}
