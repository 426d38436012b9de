import { Link, useParams } from "@tanstack/react-router";
import { AnswerCard } from "../features/executions/answer-card.tsx";
import { Approvals } from "../features/executions/approvals.tsx";
import { ExecutionActions } from "../features/executions/execution-actions.tsx";
import { ExecutionFacts } from "../features/executions/execution-facts.tsx";
import { Failure } from "../features/executions/failure.tsx";
import { LogView } from "../features/executions/log-view.tsx";
import { Timeline } from "../features/executions/timeline.tsx";
import { useApi } from "../lib/api.ts";
import { Card } from "../ui/card.tsx";
import { ContentView } from "../ui/content-view.tsx";
import { ExecutionStatusBadge } from "../ui/execution-status.tsx";
import { PageHeader } from "../ui/page-header.tsx";
import { QueryView } from "../ui/query-view.tsx";
import { Loading } from "../ui/states.tsx";

export function ExecutionPage() {
  const params = useParams({ from: "/ns/$namespaceId/executions/$executionId" });
  const execution = useApi("getExecution", { params });
  return (
    <QueryView query={execution} loading={<Loading rows={12} />}>
      {(detail) => (
        <>
          <PageHeader
            title={detail.workflowName}
            beside={<ExecutionStatusBadge status={detail.status} />}
            lead={
              <>
                <Link to="/ns/$namespaceId/executions" params={params} className="hover:underline">
                  Executions
                </Link>
                {" / "}
                <span className="font-mono text-xs">{detail.id}</span>
              </>
            }
            actions={<ExecutionActions params={params} detail={detail} />}
          />
          <div className="grid gap-4">
            <ExecutionFacts detail={detail} namespaceId={params.namespaceId} />
            {detail.status === "waiting" ? <Approvals params={params} /> : undefined}
            <Failure detail={detail} namespaceId={params.namespaceId} />
            <Timeline params={params} detail={detail} />
            <div className="grid min-w-0 gap-4 lg:grid-cols-2">
              <Card title="Input">
                {detail.input === undefined ? (
                  <p className="text-soft">The event had no body.</p>
                ) : (
                  <ContentView label="Input" content={detail.input} fileName={`${detail.id}-input`} />
                )}
                <details className="mt-3">
                  <summary className="cursor-pointer text-soft">Event</summary>
                  <div className="mt-2">
                    <ContentView label="Event" content={{ kind: "json", value: detail.event }} />
                  </div>
                </details>
              </Card>
              <AnswerCard detail={detail} />
            </div>
            <LogView params={params} attempts={detail.attempt} />
          </div>
        </>
      )}
    </QueryView>
  );
}
