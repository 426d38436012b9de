import { useParams } from "@tanstack/react-router";
import { ConnectProvider } from "../features/providers/connect-provider.tsx";
import { ProviderCard } from "../features/providers/provider-card.tsx";
import { useApi } from "../lib/api.ts";
import { useMay } from "../lib/me.ts";
import { Card } from "../ui/card.tsx";
import { PageHeader } from "../ui/page-header.tsx";
import { QueryView } from "../ui/query-view.tsx";
import { Empty } from "../ui/states.tsx";

export function ProvidersPage() {
  const { namespaceId } = useParams({ from: "/ns/$namespaceId/providers" });
  const providers = useApi("listProviders", { params: { namespaceId } });
  const types = useApi("listProviderTypes", {});
  const mayWrite = useMay("provider.write");
  return (
    <>
      <PageHeader
        title="Providers"
        lead="Accounts of services that workflows listen to and act through."
        actions={mayWrite ? <ConnectProvider providers={providers.data?.items ?? []} /> : undefined}
      />
      <QueryView query={providers}>
        {({ items }) =>
          items.length === 0 ? (
            <Card>
              <Empty title="No providers yet">
                Connect an account here, or with <code>floww providers set</code>.
              </Empty>
            </Card>
          ) : (
            <div className="grid gap-4">
              {items.map((provider) => (
                <ProviderCard
                  key={provider.id}
                  provider={provider}
                  type={types.data?.items.find(({ type }) => type === provider.type)}
                  providers={items}
                />
              ))}
            </div>
          )
        }
      </QueryView>
    </>
  );
}
