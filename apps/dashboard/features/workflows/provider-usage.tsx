import { Link } from "@tanstack/react-router";
import { useApi } from "../../lib/api.ts";
import { useMay } from "../../lib/me.ts";
import { Badge } from "../../ui/badge.tsx";
import { Card } from "../../ui/card.tsx";
import { QueryView } from "../../ui/query-view.tsx";

interface ProviderUsageProps {
  namespaceId: string;
  workflowName: string;
}

/** The providers that the live version uses. */
export function ProviderUsage({ namespaceId, workflowName }: ProviderUsageProps) {
  const mayRead = useMay("provider.read");
  const providers = useApi("listProviders", { params: { namespaceId } }, { isEnabled: mayRead });
  if (!mayRead) return undefined;
  return (
    <Card title="Providers">
      <QueryView query={providers}>
        {({ items }) => {
          const used = items.filter(({ usedBy }) => usedBy.includes(workflowName));
          if (used.length === 0) return <p className="text-soft">It uses none.</p>;
          return (
            <ul className="grid gap-2">
              {used.map(({ id, type, alias, account, status }) => (
                <li key={id} className="flex flex-wrap items-center gap-2">
                  <Link
                    to="/ns/$namespaceId/providers"
                    params={{ namespaceId }}
                    className="font-medium text-accent hover:underline"
                  >
                    {alias === "default" ? type : `${type} (${alias})`}
                  </Link>
                  <span className="text-soft [overflow-wrap:anywhere]">{account}</span>
                  {status === "failing" ? <Badge tone="danger">failing</Badge> : undefined}
                </li>
              ))}
            </ul>
          );
        }}
      </QueryView>
    </Card>
  );
}
