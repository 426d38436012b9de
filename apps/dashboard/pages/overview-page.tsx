import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useSyncExternalStore } from "react";
import { Attention } from "../features/overview/attention.tsx";
import { DurationChart, ExecutionChart } from "../features/overview/execution-chart.tsx";
import { Figures } from "../features/overview/figures.tsx";
import { MostFailing, Slowest } from "../features/overview/workflow-ranking.tsx";
import { useApi } from "../lib/api.ts";
import { ticks } from "../lib/ticks.ts";
import { startOf, type TimeRange, timeRanges } from "../lib/time-ranges.ts";
import { PageHeader } from "../ui/page-header.tsx";
import { QueryView } from "../ui/query-view.tsx";
import { Select } from "../ui/select.tsx";
import { Loading } from "../ui/states.tsx";

export function OverviewPage() {
  const params = useParams({ from: "/ns/$namespaceId/" });
  const { range = "24h" } = useSearch({ from: "/ns/$namespaceId/" });
  const navigate = useNavigate({ from: "/ns/$namespaceId/" });
  const nowMs = useSyncExternalStore(ticks.subscribe, ticks.nowMs);
  const statistics = useApi(
    "getStatistics",
    { params, query: { from: startOf(range, nowMs) } },
    { keepsPrevious: true },
  );
  return (
    <>
      <PageHeader
        title="Overview"
        actions={
          <Select
            label="Time"
            value={range}
            options={timeRanges}
            onChange={(next) => void navigate({ search: { range: next as TimeRange }, replace: true })}
          />
        }
      />
      <div className="grid gap-4">
        <Attention namespaceId={params.namespaceId} />
        <QueryView query={statistics} loading={<Loading rows={14} />}>
          {(data) => (
            <>
              <Figures total={data.total} />
              <div className="grid min-w-0 gap-4 lg:grid-cols-[3fr_2fr]">
                <ExecutionChart statistics={data} />
                <DurationChart statistics={data} />
              </div>
              <div className="grid min-w-0 gap-4 lg:grid-cols-2">
                <MostFailing workflows={data.workflows} namespaceId={params.namespaceId} />
                <Slowest workflows={data.workflows} namespaceId={params.namespaceId} />
              </div>
            </>
          )}
        </QueryView>
      </div>
    </>
  );
}
