import { useParams } from "@tanstack/react-router";
import { useApi } from "../lib/api.ts";
import { ExecutionStatusBadge } from "../ui/execution-status.tsx";
import { PageHeader } from "../ui/page-header.tsx";
import { QueryView } from "../ui/query-view.tsx";

export function ExecutionPage() {
  const { namespaceId, executionId } = useParams({ from: "/ns/$namespaceId/executions/$executionId" });
  const execution = useApi("getExecution", { params: { namespaceId, executionId } });
  return (
    <QueryView query={execution}>
      {(data) => (
        <PageHeader
          title={data.id}
          beside={<ExecutionStatusBadge status={data.status} />}
          lead={data.handlerId}
        />
      )}
    </QueryView>
  );
}
