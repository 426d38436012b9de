import { Link } from "@tanstack/react-router";
import { TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { useApi } from "../../lib/api.ts";
import { formatCount } from "../../lib/format.ts";
import { Ago } from "../../ui/ago.tsx";
import { Card } from "../../ui/card.tsx";
import { QueryView } from "../../ui/query-view.tsx";
import { Loading } from "../../ui/states.tsx";
import type { AttentionItem } from "./types.ts";

/** What a person should look at. */
export function Attention({ namespaceId }: { namespaceId: string }) {
  const attention = useApi("listAttention", { params: { namespaceId } });
  return (
    <Card title="Needs attention" isFlush>
      <QueryView query={attention} loading={<Loading rows={2} />}>
        {({ items }) =>
          items.length === 0 ? (
            <p className="p-4 text-soft">Nothing does.</p>
          ) : (
            <ul>
              {items.map((item) => (
                <li
                  key={JSON.stringify(item)}
                  className="flex items-start gap-3 border-b px-4 py-2.5 last:border-b-0"
                >
                  <TriangleAlert size={16} className="mt-0.5 shrink-0 text-warn" aria-hidden="true" />
                  <span className="min-w-0 [overflow-wrap:anywhere]">
                    <AttentionText item={item} namespaceId={namespaceId} />
                  </span>
                </li>
              ))}
            </ul>
          )
        }
      </QueryView>
    </Card>
  );
}

const LINK = "font-medium text-accent hover:underline";

function AttentionText({ item, namespaceId }: { item: AttentionItem; namespaceId: string }): ReactNode {
  const params = { namespaceId };
  switch (item.kind) {
    case "provider_failing":
      return (
        <>
          <ProviderLink params={params}>{item.name}</ProviderLink> is failing: {item.failure}
        </>
      );
    case "credential_ending":
      return (
        <>
          The credential of <ProviderLink params={params}>{item.name}</ProviderLink> ends{" "}
          <Ago at={item.endsAt} className="whitespace-nowrap" />
        </>
      );
    case "registration_failing":
      return (
        <>
          A webhook at <ProviderLink params={params}>{item.name}</ProviderLink> ({item.target}) is failing:{" "}
          {item.failure}
        </>
      );
    case "workflow_paused":
      return (
        <>
          <WorkflowLink params={{ ...params, workflowId: item.workflowId }}>{item.name}</WorkflowLink> was
          paused <Ago at={item.since} className="whitespace-nowrap" />; its events are kept
        </>
      );
    case "dead_letters":
      return (
        <>
          {formatCount(item.count)} {item.count === 1 ? "run" : "runs"} of{" "}
          <WorkflowLink params={{ ...params, workflowId: item.workflowId }}>{item.name}</WorkflowLink> failed
          for good in the last seven days
        </>
      );
    case "runs_held":
      return (
        <>
          {formatCount(item.count)} {item.count === 1 ? "run waits" : "runs wait"} for a new credential of{" "}
          <ProviderLink params={params}>{item.name}</ProviderLink>
        </>
      );
    case "approvals_waiting":
      return (
        <Link
          to="/ns/$namespaceId/executions"
          params={params}
          search={{ status: "waiting" }}
          className={LINK}
        >
          {formatCount(item.count)} {item.count === 1 ? "approval waits" : "approvals wait"} for somebody
        </Link>
      );
  }
}

function ProviderLink({ params, children }: { params: { namespaceId: string }; children: ReactNode }) {
  return (
    <Link to="/ns/$namespaceId/providers" params={params} className={LINK}>
      {children}
    </Link>
  );
}

interface WorkflowLinkProps {
  params: { namespaceId: string; workflowId: string };
  children: ReactNode;
}

function WorkflowLink({ params, children }: WorkflowLinkProps) {
  return (
    <Link to="/ns/$namespaceId/workflows/$workflowId" params={params} className={LINK}>
      {children}
    </Link>
  );
}
