import { isRoleAtMost } from "@floww/contract/api";
import { useState } from "react";
import { useApi, useChange } from "../../lib/api.ts";
import { useOrganization, useOrganizationId } from "../../lib/me.ts";
import { Ago } from "../../ui/ago.tsx";
import { Button } from "../../ui/button.tsx";
import { Confirm } from "../../ui/confirm.tsx";
import { QueryView } from "../../ui/query-view.tsx";
import { RoleBadge } from "../../ui/role-badge.tsx";
import { Empty } from "../../ui/states.tsx";
import { Cell, Row, Table } from "../../ui/table.tsx";

const COLUMNS = [
  { title: "Name" },
  { title: "Role" },
  { title: "Made by" },
  { title: "Made" },
  { title: "Expires" },
  { title: "Actions", isHidden: true },
];

/** The keys in force of the address's organization. */
export function KeyList() {
  const organizationId = useOrganizationId();
  const ownRole = useOrganization()?.role;
  const keys = useApi("listApiKeys", { params: { organizationId } });
  const members = useApi("listMembers", { params: { organizationId } });
  const [revoking, setRevoking] = useState<{ id: string; name: string }>();
  const nameOf = (userId: string | undefined) =>
    userId === undefined
      ? "the server's set-up"
      : (members.data?.items.find((member) => member.userId === userId)?.name ?? "");
  return (
    <QueryView query={keys}>
      {({ items }) => (
        <>
          {items.length === 0 ? (
            <Empty title="No keys">
              A service account is a name with a key: for CI, for scripts, for whatever is no person.
            </Empty>
          ) : (
            <Table label="Keys" columns={COLUMNS}>
              {items.map((key) => (
                <Row key={key.id}>
                  <Cell className="max-w-72 min-w-32 truncate font-medium">{key.name}</Cell>
                  <Cell>
                    <RoleBadge role={key.role} />
                  </Cell>
                  <Cell className="max-w-60 truncate text-soft">{nameOf(key.createdBy)}</Cell>
                  <Cell>
                    <Ago at={key.createdAt} />
                  </Cell>
                  <Cell className="whitespace-nowrap text-soft">
                    {key.expiresAt === undefined ? "never" : <Ago at={key.expiresAt} />}
                  </Cell>
                  <Cell className="text-right">
                    {ownRole !== undefined && isRoleAtMost(key.role, ownRole) ? (
                      <Button
                        look="quiet"
                        aria-label={`Revoke the key ${key.name}`}
                        onClick={() => setRevoking(key)}
                      >
                        Revoke
                      </Button>
                    ) : undefined}
                  </Cell>
                </Row>
              ))}
            </Table>
          )}
          {revoking === undefined ? undefined : (
            <RevokeKey of={revoking} onClose={() => setRevoking(undefined)} />
          )}
        </>
      )}
    </QueryView>
  );
}

function RevokeKey({ of: key, onClose }: { of: { id: string; name: string }; onClose(): void }) {
  const organizationId = useOrganizationId();
  const revoke = useChange("revokeApiKey");
  const confirm = async () => {
    await revoke.mutateAsync({ params: { organizationId, keyId: key.id } });
    onClose();
  };
  return (
    <Confirm
      isOpen
      onClose={onClose}
      title={`Revoke the key "${key.name}"?`}
      action="Revoke"
      isDangerous
      change={revoke}
      onConfirm={() => void confirm().catch(() => undefined)}
    >
      <p>Whatever uses it is refused from the next request on. It cannot be taken back.</p>
    </Confirm>
  );
}
