import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { VersionList } from "../features/deployments/version-list.tsx";
import { ExecutionTable } from "../features/executions/execution-table.tsx";
import { ProviderUsage } from "../features/workflows/provider-usage.tsx";
import { TriggerList } from "../features/workflows/trigger-list.tsx";
import { Variables } from "../features/workflows/variables.tsx";
import { WorkflowHeader } from "../features/workflows/workflow-header.tsx";
import type { WorkflowTab } from "../features/workflows/workflow-search.ts";
import { useApi } from "../lib/api.ts";
import { useMay } from "../lib/me.ts";
import { Card } from "../ui/card.tsx";
import { QueryView } from "../ui/query-view.tsx";
import { Loading } from "../ui/states.tsx";
import { Tabs } from "../ui/tabs.tsx";

export function WorkflowPage() {
  const params = useParams({ from: "/ns/$namespaceId/workflows/$workflowId" });
  const { tab } = useSearch({ from: "/ns/$namespaceId/workflows/$workflowId" });
  const navigate = useNavigate({ from: "/ns/$namespaceId/workflows/$workflowId" });
  const workflow = useApi("getWorkflow", { params });
  const maySeeSettings = useMay("secret.read");
  return (
    <QueryView query={workflow} loading={<Loading rows={12} />}>
      {(data) => (
        <>
          <WorkflowHeader params={params} workflow={data} />
          <Tabs
            label={data.name}
            value={tab ?? "triggers"}
            onChange={(next) => void navigate({ search: { tab: next as WorkflowTab }, replace: true })}
            tabs={[
              {
                value: "triggers",
                label: "Triggers",
                content: (
                  <div className="grid gap-4">
                    <TriggerList params={params} />
                    <ProviderUsage namespaceId={params.namespaceId} workflowName={data.name} />
                  </div>
                ),
              },
              {
                value: "executions",
                label: "Executions",
                content: (
                  <Card isFlush>
                    <ExecutionTable query={{ workflowId: params.workflowId }} empty="It has not run yet." />
                  </Card>
                ),
              },
              { value: "versions", label: "Versions", content: <VersionList params={params} /> },
              ...(maySeeSettings
                ? [{ value: "settings", label: "Settings", content: <Variables params={params} /> }]
                : []),
            ]}
          />
        </>
      )}
    </QueryView>
  );
}
