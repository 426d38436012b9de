import { CreateNamespace } from "../features/namespaces/create-namespace.tsx";
import { DefaultRuntime } from "../features/namespaces/default-runtime.tsx";
import { DeleteNamespace } from "../features/namespaces/delete-namespace.tsx";
import { KeptRecords } from "../features/namespaces/kept-records.tsx";
import { RenameNamespace } from "../features/namespaces/rename-namespace.tsx";
import { useMay, useMe, useNamespaceId, useOrganization } from "../lib/me.ts";
import { Card } from "../ui/card.tsx";
import { PageHeader } from "../ui/page-header.tsx";

export function NamespaceSettingsPage() {
  const namespaceId = useNamespaceId();
  const mayManage = useMay("namespace.manage");
  const organization = useOrganization();
  const name = useMe()?.namespaces.find(({ id }) => id === namespaceId)?.name;
  return (
    <>
      <PageHeader
        title="Namespace settings"
        lead={name}
        actions={
          mayManage && organization !== undefined ? (
            <CreateNamespace organization={organization} />
          ) : undefined
        }
      />
      <div className="grid items-start gap-4 lg:grid-cols-2">
        <div className="grid gap-4">
          <Card title="Name">
            <RenameNamespace />
          </Card>
          <Card title="Retention">
            <KeptRecords />
          </Card>
        </div>
        <Card title="Default runtime">
          <DefaultRuntime />
        </Card>
        {mayManage ? (
          <Card title="Delete" className="lg:col-span-2">
            <DeleteNamespace />
          </Card>
        ) : undefined}
      </div>
    </>
  );
}
