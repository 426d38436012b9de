import { AuditList } from "../features/audit/audit-list.tsx";
import { useOrganization } from "../lib/me.ts";
import { Card } from "../ui/card.tsx";
import { PageHeader } from "../ui/page-header.tsx";

export function AuditPage() {
  const organization = useOrganization();
  return (
    <>
      <PageHeader title="Audit log" lead={organization?.name} />
      <Card isFlush>
        <AuditList />
      </Card>
    </>
  );
}
