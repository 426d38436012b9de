import { itemsOf, useApi, useApiPages } from "../../lib/api.ts";
import { formatInstant } from "../../lib/format.ts";
import { useMe, useOrganizationId } from "../../lib/me.ts";
import { Ago } from "../../ui/ago.tsx";
import { Badge } from "../../ui/badge.tsx";
import { MoreButton } from "../../ui/more-button.tsx";
import { QueryView } from "../../ui/query-view.tsx";
import { Empty, Loading } from "../../ui/states.tsx";
import { Cell, Row, Table } from "../../ui/table.tsx";
import { actionWords } from "./action-words.ts";
import { Subject } from "./subject.tsx";

const COLUMNS = [
  { title: "When" },
  { title: "Who" },
  { title: "What" },
  { title: "Of what" },
  { title: "From" },
];

/** Who changed what, when and from where; the newest first. */
export function AuditList() {
  const organizationId = useOrganizationId();
  const entries = useApiPages("listAudit", { params: { organizationId } });
  const nameOf = useNames(organizationId);
  return (
    <QueryView query={entries} loading={<Loading rows={12} />}>
      {(data) => {
        const items = itemsOf(data);
        if (items.length === 0)
          return (
            <Empty title="Nothing yet">Every change stands here, with who made it and from where.</Empty>
          );
        return (
          <>
            <Table label="Audit log" columns={COLUMNS}>
              {items.map((entry) => (
                <Row key={entry.id}>
                  <Cell className="whitespace-nowrap">
                    <span className="block">{formatInstant(entry.at)}</span>
                    <Ago at={entry.at} className="text-xs text-soft" />
                  </Cell>
                  <Cell className="max-w-44 min-w-32">
                    <span className="flex items-center gap-2">
                      <span className="truncate font-medium">{entry.actor.name || "nobody"}</span>
                      {entry.actor.kind === "key" ? <Badge>key</Badge> : undefined}
                    </span>
                  </Cell>
                  <Cell className="whitespace-nowrap">{actionWords(entry.action)}</Cell>
                  <Cell className="max-w-lg min-w-80">
                    <span className="flex flex-wrap gap-x-3 [overflow-wrap:anywhere]">
                      {Object.entries(entry.subjects)
                        .filter(([name]) => name !== "organizationId")
                        .map(([name, id]) => (
                          <Subject
                            key={name}
                            name={name}
                            id={id}
                            known={nameOf(id)}
                            subjects={entry.subjects}
                          />
                        ))}
                    </span>
                  </Cell>
                  <Cell className="font-mono text-xs whitespace-nowrap text-soft">{entry.address}</Cell>
                </Row>
              ))}
            </Table>
            <MoreButton pages={entries} />
          </>
        );
      }}
    </QueryView>
  );
}

/** People and namespaces of now by what they are called. */
function useNames(organizationId: string): (id: string) => string | undefined {
  const me = useMe();
  const members = useApi("listMembers", { params: { organizationId } });
  const names = new Map([
    ...(me?.namespaces ?? []).map(({ id, name }) => [id, name] as const),
    ...(members.data?.items ?? []).map(({ userId, name }) => [userId, name] as const),
  ]);
  return (id) => names.get(id);
}
