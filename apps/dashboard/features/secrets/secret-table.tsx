import { Ago } from "../../ui/ago.tsx";
import { Badge } from "../../ui/badge.tsx";
import { Empty } from "../../ui/states.tsx";
import { Cell, Row, Table } from "../../ui/table.tsx";
import { DeleteSecret } from "./delete-secret.tsx";
import type { SecretMetadata } from "./secret-parts.ts";
import { SetSecret } from "./set-secret.tsx";

const COLUMNS = [
  { title: "Name" },
  { title: "Credential" },
  { title: "Fields" },
  { title: "Version" },
  { title: "Changed" },
];
const ACTIONS = { title: "Actions", isHidden: true };

interface SecretTableProps {
  secrets: readonly SecretMetadata[];
  mayWrite: boolean;
}

/** Names, never values. */
export function SecretTable({ secrets, mayWrite }: SecretTableProps) {
  if (secrets.length === 0)
    return (
      <Empty title="No secrets yet">
        A workflow declares one by <code>new Secret(name, schema)</code>; it gets its value here, or with{" "}
        <code>floww secrets set</code>.
      </Empty>
    );
  return (
    <Table label="Secrets" columns={mayWrite ? [...COLUMNS, ACTIONS] : COLUMNS}>
      {secrets.map((secret) => (
        <Row key={`${secret.name} ${secret.credential}`}>
          <Cell className="max-w-64 truncate font-medium">{secret.name}</Cell>
          <Cell className="text-soft">{secret.credential}</Cell>
          <Cell className="min-w-40">
            <span className="flex flex-wrap gap-1">
              {secret.fields.map((field) => (
                <Badge key={field}>{field}</Badge>
              ))}
            </span>
          </Cell>
          <Cell className="tabular-nums">{secret.version}</Cell>
          <Cell className="whitespace-nowrap text-soft">
            <Ago at={secret.updatedAt} /> by {secret.updatedBy}
          </Cell>
          {mayWrite ? (
            <Cell>
              <span className="flex justify-end gap-2">
                <SetSecret secrets={secrets} present={secret} />
                <DeleteSecret secret={secret} />
              </span>
            </Cell>
          ) : undefined}
        </Row>
      ))}
    </Table>
  );
}
