import { useState } from "react";
import { useApi, useChange } from "../../lib/api.ts";
import { Ago } from "../../ui/ago.tsx";
import { Badge } from "../../ui/badge.tsx";
import { Button } from "../../ui/button.tsx";
import { Confirm } from "../../ui/confirm.tsx";
import { QueryView } from "../../ui/query-view.tsx";
import { Empty, Loading } from "../../ui/states.tsx";
import { Cell, Row, Table } from "../../ui/table.tsx";

const COLUMNS = [
  { title: "Name" },
  { title: "Added" },
  { title: "Last used" },
  { title: "Actions", isHidden: true },
];

/** The passkeys that sign this person in. `refused`: why there can be none here. */
export function PasskeyList({ refused }: { refused: string | undefined }) {
  const passkeys = useApi("listPasskeys", {});
  const [deleting, setDeleting] = useState<{ id: string; name: string }>();
  return (
    <QueryView query={passkeys} loading={<Loading rows={2} />}>
      {({ items }) => (
        <>
          {refused === undefined ? undefined : (
            <p className="m-4 rounded-lg bg-warn-soft px-3 py-2 text-warn [overflow-wrap:anywhere]">
              {refused}
            </p>
          )}
          {items.length > 0 ? (
            <Table label="Passkeys" columns={COLUMNS}>
              {items.map((passkey) => (
                <Row key={passkey.id}>
                  <Cell className="max-w-72 min-w-32">
                    <span className="flex items-center gap-2">
                      <span className="truncate font-medium">{passkey.name}</span>
                      {passkey.isSynced ? <Badge>synced</Badge> : undefined}
                    </span>
                  </Cell>
                  <Cell>
                    <Ago at={passkey.createdAt} />
                  </Cell>
                  <Cell className="whitespace-nowrap text-soft">
                    {passkey.lastUsedAt === undefined ? "never" : <Ago at={passkey.lastUsedAt} />}
                  </Cell>
                  <Cell className="text-right">
                    <Button
                      look="quiet"
                      aria-label={`Delete the passkey ${passkey.name}`}
                      onClick={() => setDeleting(passkey)}
                    >
                      Delete
                    </Button>
                  </Cell>
                </Row>
              ))}
            </Table>
          ) : refused === undefined ? (
            <Empty title="No passkeys">
              Sign in by a finger, a face or a PIN instead of your password: nothing to remember, and nothing
              that a false page could take from you.
            </Empty>
          ) : undefined}
          {deleting === undefined ? undefined : (
            <DeletePasskey of={deleting} onClose={() => setDeleting(undefined)} />
          )}
        </>
      )}
    </QueryView>
  );
}

function DeletePasskey({ of: passkey, onClose }: { of: { id: string; name: string }; onClose(): void }) {
  const remove = useChange("deletePasskey");
  const confirm = async () => {
    await remove.mutateAsync({ params: { passkeyId: passkey.id } });
    onClose();
  };
  return (
    <Confirm
      isOpen
      onClose={onClose}
      title={`Delete the passkey "${passkey.name}"?`}
      action="Delete"
      isDangerous
      change={remove}
      onConfirm={() => void confirm().catch(() => undefined)}
    >
      <p>It signs nobody in any more. What lies on your device stays there until you remove it there.</p>
    </Confirm>
  );
}
