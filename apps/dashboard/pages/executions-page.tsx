import { useNavigate, useSearch } from "@tanstack/react-router";
import { useSyncExternalStore } from "react";
import { BulkActions } from "../features/executions/bulk-actions.tsx";
import { ExecutionFilters } from "../features/executions/execution-filters.tsx";
import { executionFilterOf, executionQueryOf } from "../features/executions/execution-search.ts";
import { ExecutionTable } from "../features/executions/execution-table.tsx";
import { ticks } from "../lib/ticks.ts";
import { Card } from "../ui/card.tsx";
import { PageHeader } from "../ui/page-header.tsx";

export function ExecutionsPage() {
  const search = useSearch({ from: "/ns/$namespaceId/executions" });
  const navigate = useNavigate({ from: "/ns/$namespaceId/executions" });
  const nowMs = useSyncExternalStore(ticks.subscribe, ticks.nowMs);
  return (
    <>
      <PageHeader title="Executions" actions={<BulkActions filter={executionFilterOf(search, nowMs)} />} />
      <Card isFlush>
        <ExecutionFilters
          search={search}
          onChange={(next) => void navigate({ search: next, replace: true })}
        />
        <ExecutionTable
          query={executionQueryOf(search, nowMs)}
          empty="Nothing fits. What triggers receive runs here, as soon as something comes in."
        />
      </Card>
    </>
  );
}
