import { useParams } from "@tanstack/react-router";
import { SecretTable } from "../features/secrets/secret-table.tsx";
import { SetSecret } from "../features/secrets/set-secret.tsx";
import { useApi } from "../lib/api.ts";
import { useMay } from "../lib/me.ts";
import { Card } from "../ui/card.tsx";
import { PageHeader } from "../ui/page-header.tsx";
import { QueryView } from "../ui/query-view.tsx";

export function SecretsPage() {
  const { namespaceId } = useParams({ from: "/ns/$namespaceId/secrets" });
  const secrets = useApi("listSecrets", { params: { namespaceId } });
  const mayWrite = useMay("secret.write");
  return (
    <>
      <PageHeader
        title="Secrets"
        lead="Values that workflows read and nobody sees: once set, they never come back."
        actions={mayWrite ? <SetSecret secrets={secrets.data?.items ?? []} /> : undefined}
      />
      <Card isFlush>
        <QueryView query={secrets}>
          {({ items }) => <SecretTable secrets={items} mayWrite={mayWrite} />}
        </QueryView>
      </Card>
    </>
  );
}
