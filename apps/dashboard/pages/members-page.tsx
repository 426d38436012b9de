import { CreateInvitation } from "../features/members/create-invitation.tsx";
import { IdentityPortal } from "../features/members/identity-portal.tsx";
import { InvitationList } from "../features/members/invitation-list.tsx";
import { MemberList } from "../features/members/member-list.tsx";
import { RoleTable } from "../features/members/role-table.tsx";
import { useMay, useOrganization } from "../lib/me.ts";
import { Card } from "../ui/card.tsx";
import { PageHeader } from "../ui/page-header.tsx";

export function MembersPage() {
  const organization = useOrganization();
  const mayManage = useMay("members.manage");
  const mayOpenPortal = useMay("organization.manage");
  return (
    <>
      <PageHeader
        title="Members"
        lead={organization?.name}
        actions={
          <>
            {mayOpenPortal ? <IdentityPortal /> : undefined}
            {mayManage ? <CreateInvitation /> : undefined}
          </>
        }
      />
      <div className="grid gap-4">
        <Card title="People" isFlush>
          <MemberList />
        </Card>
        {mayManage ? (
          <Card title="Open invitations" isFlush>
            <InvitationList />
          </Card>
        ) : undefined}
        <Card title="What the roles may do" isFlush>
          <RoleTable />
        </Card>
      </div>
    </>
  );
}
