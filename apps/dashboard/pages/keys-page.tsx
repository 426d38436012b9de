import { CreateKey } from "../features/keys/create-key.tsx";
import { KeyList } from "../features/keys/key-list.tsx";
import { useMay, useOrganization } from "../lib/me.ts";
import { Card } from "../ui/card.tsx";
import { PageHeader } from "../ui/page-header.tsx";

export function KeysPage() {
  const organization = useOrganization();
  const mayManage = useMay("keys.manage");
  return (
    <>
      <PageHeader
        title="Service accounts and keys"
        lead={organization?.name}
        actions={mayManage ? <CreateKey /> : undefined}
      />
      <Card isFlush>
        <KeyList />
      </Card>
    </>
  );
}
