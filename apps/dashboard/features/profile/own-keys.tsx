import { useState } from "react";
import { useApi, useChange } from "../../lib/api.ts";
import { Ago } from "../../ui/ago.tsx";
import { Button } from "../../ui/button.tsx";
import { Confirm } from "../../ui/confirm.tsx";
import { QueryView } from "../../ui/query-view.tsx";
import { RoleBadge } from "../../ui/role-badge.tsx";
import { Empty, Loading } from "../../ui/states.tsx";
import { Cell, Row, Table } from "../../ui/table.tsx";

const COLUMNS = [
  { title: "Name" },
  { title: "Organization" },
  { title: "Role" },
  { title: "Made" },
  { title: "Expires" },
  { title: "Actions", isHidden: true },
];

/** The keys that this person made, of every organization. */
export function OwnKeys() {
  const keys = useApi("listMyKeys", {});
  const [revoking, setRevoking] = useState<{ id: string; name: string }>();
  return (
    <QueryView query={keys} loading={<Loading rows={2} />}>
      {({ items }) => (
        <>
          {items.length === 0 ? (
            <Empty title="You made no keys">Those that you make for service accounts stand here.</Empty>
          ) : (
            <Table label="Keys that you made" columns={COLUMNS}>
              {items.map((key) => (
                <Row key={key.id}>
                  <Cell className="max-w-60 min-w-32 truncate font-medium">{key.name}</Cell>
                  <Cell className="max-w-60 truncate text-soft">{key.organizationName}</Cell>
                  <Cell>
                    <RoleBadge role={key.role} />
                  </Cell>
                  <Cell>
                    <Ago at={key.createdAt} />
                  </Cell>
                  <Cell className="whitespace-nowrap text-soft">
                    {key.expiresAt === undefined ? "never" : <Ago at={key.expiresAt} />}
                  </Cell>
                  <Cell className="text-right">
                    <Button
                      look="quiet"
                      aria-label={`Revoke the key ${key.name}`}
                      onClick={() => setRevoking(key)}
                    >
                      Revoke
                    </Button>
                  </Cell>
                </Row>
              ))}
            </Table>
          )}
          {revoking === undefined ? undefined : (
            <RevokeOwnKey of={revoking} onClose={() => setRevoking(undefined)} />
          )}
        </>
      )}
    </QueryView>
  );
}

function RevokeOwnKey({ of: key, onClose }: { of: { id: string; name: string }; onClose(): void }) {
  const revoke = useChange("revokeMyKey");
  const confirm = async () => {
    await revoke.mutateAsync({ params: { keyId: key.id } });
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
