import { useState } from "react";
import { useApi, useChange } from "../../lib/api.ts";
import { useOrganizationId } from "../../lib/me.ts";
import { Ago } from "../../ui/ago.tsx";
import { Button } from "../../ui/button.tsx";
import { Confirm } from "../../ui/confirm.tsx";
import { QueryView } from "../../ui/query-view.tsx";
import { RoleBadge } from "../../ui/role-badge.tsx";
import { Empty, Loading } from "../../ui/states.tsx";
import { Cell, Row, Table } from "../../ui/table.tsx";

const COLUMNS = [
  { title: "E-mail" },
  { title: "Role" },
  { title: "Invited by" },
  { title: "Ends" },
  { title: "Actions", isHidden: true },
];

/** Invitations that can still be accepted. */
export function InvitationList() {
  const organizationId = useOrganizationId();
  const invitations = useApi("listInvitations", { params: { organizationId } });
  const [revoking, setRevoking] = useState<{ id: string; email: string }>();
  return (
    <QueryView query={invitations} loading={<Loading rows={2} />}>
      {({ items }) => (
        <>
          {items.length === 0 ? (
            <Empty title="No open invitations">Whoever you invite stands here until they have joined.</Empty>
          ) : (
            <Table label="Open invitations" columns={COLUMNS}>
              {items.map((invitation) => (
                <Row key={invitation.id}>
                  <Cell className="max-w-52 min-w-44 truncate font-medium sm:max-w-80">
                    {invitation.email}
                  </Cell>
                  <Cell>
                    <RoleBadge role={invitation.role} />
                  </Cell>
                  <Cell className="max-w-60 truncate text-soft">{invitation.invitedBy}</Cell>
                  <Cell>
                    <Ago at={invitation.expiresAt} />
                  </Cell>
                  <Cell className="text-right">
                    <Button
                      look="quiet"
                      aria-label={`Revoke the invitation of ${invitation.email}`}
                      onClick={() => setRevoking(invitation)}
                    >
                      Revoke
                    </Button>
                  </Cell>
                </Row>
              ))}
            </Table>
          )}
          {revoking === undefined ? undefined : (
            <RevokeInvitation invitation={revoking} onClose={() => setRevoking(undefined)} />
          )}
        </>
      )}
    </QueryView>
  );
}

function RevokeInvitation({
  invitation,
  onClose,
}: {
  invitation: { id: string; email: string };
  onClose(): void;
}) {
  const organizationId = useOrganizationId();
  const revoke = useChange("revokeInvitation");
  const confirm = async () => {
    await revoke.mutateAsync({ params: { organizationId, invitationId: invitation.id } });
    onClose();
  };
  return (
    <Confirm
      isOpen
      onClose={onClose}
      title={`Revoke the invitation of ${invitation.email}?`}
      action="Revoke"
      isDangerous
      change={revoke}
      onConfirm={() => void confirm().catch(() => undefined)}
    >
      <p>Its link opens nothing any more. You can invite them again.</p>
    </Confirm>
  );
}
