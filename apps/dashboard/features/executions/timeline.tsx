import { useSyncExternalStore } from "react";
import { useApi } from "../../lib/api.ts";
import { formatDuration } from "../../lib/format.ts";
import { ticks } from "../../lib/ticks.ts";
import { Card } from "../../ui/card.tsx";
import { Empty } from "../../ui/states.tsx";
import { readTimeline, type Span, type SpanState, type Timeline as Times } from "./read-timeline.ts";
import { TimingBar } from "./timing-bar.tsx";
import type { ExecutionDetail } from "./types.ts";
import { useLogs } from "./use-logs.ts";

const BARS: Record<SpanState, string> = { completed: "bg-accent", failed: "bg-danger", pending: "bg-busy" };

interface TimelineProps {
  params: { namespaceId: string; executionId: string };
  detail: ExecutionDetail;
}

/** What happened when: attempts, steps and calls through providers, under one another. */
export function Timeline({ params, detail }: TimelineProps) {
  const nowMs = useSyncExternalStore(ticks.subscribe, ticks.nowMs);
  const steps = useApi("listSteps", { params });
  const logs = useLogs({ params, attempt: Math.max(detail.attempt, 1) });
  const times = readTimeline({ detail, steps: steps.data?.items ?? [], lines: logs.data ?? [], nowMs });
  return (
    <Card title="Timeline">
      <TimingBar timing={detail.timing} />
      {times.spans.length === 0 ? (
        <Empty title="Not started yet">It waits for its turn.</Empty>
      ) : (
        <ol aria-label="Timeline" className="mt-4 grid gap-1.5">
          {times.spans.map((span) => (
            <SpanRow key={span.id} span={span} times={times} />
          ))}
        </ol>
      )}
      {steps.data?.hasMore === true ? <p className="mt-2 text-soft">Later steps are left out.</p> : undefined}
    </Card>
  );
}

const NARROWEST = 0.5;

function SpanRow({ span, times: { startMs, endMs } }: { span: Span; times: Times }) {
  const percent = (ms: number) => Math.min(Math.max((100 * ms) / (endMs - startMs), 0), 100);
  const left = percent(span.startMs - startMs);
  const width = Math.max(percent(span.endMs - span.startMs), NARROWEST);
  return (
    <li className="grid items-center gap-x-3 gap-y-0.5 sm:grid-cols-[12rem_minmax(0,1fr)_5rem]">
      <span className={`truncate ${span.kind === "attempt" ? "font-medium" : "pl-4"}`} title={span.label}>
        {span.label}
      </span>
      <span className="min-w-0">
        <span className="relative block h-2 rounded-full bg-hover" aria-hidden="true">
          <span
            className={`absolute inset-y-0 rounded-full ${BARS[span.state]}`}
            style={{ left: `${Math.min(left, 100 - NARROWEST)}%`, width: `${Math.min(width, 100 - left)}%` }}
          />
        </span>
        <span
          className={`block truncate text-xs ${span.state === "failed" ? "text-danger" : "text-soft"}`}
          title={span.note}
        >
          {span.note}
        </span>
      </span>
      <span className="text-soft tabular-nums sm:text-right">
        {formatDuration(span.endMs - span.startMs)}
      </span>
    </li>
  );
}
