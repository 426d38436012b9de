import { useState } from "react";
import { itemsOf, useApiPages } from "../../lib/api.ts";
import { formatBytes, formatCount } from "../../lib/format.ts";
import { Card } from "../../ui/card.tsx";
import { MoreButton } from "../../ui/more-button.tsx";
import { QueryView } from "../../ui/query-view.tsx";
import { SearchInput } from "../../ui/search-input.tsx";
import { Empty } from "../../ui/states.tsx";
import { Cell, Row, Table } from "../../ui/table.tsx";

const NUMBER = "text-right tabular-nums whitespace-nowrap";
const COLUMNS = [
  { title: "Namespace" },
  { title: "Organization" },
  { title: "Workflows", className: "text-right" },
  { title: "Unfinished", className: "text-right" },
  { title: "Ledger", className: "text-right" },
  { title: "Registry", className: "text-right" },
];

/** The namespaces of all organizations, with what they hold. */
export function AdminNamespaces() {
  const [search, setSearch] = useState("");
  const namespaces = useApiPages("adminListNamespaces", { query: { search } });
  return (
    <Card
      isFlush
      title="Namespaces"
      actions={
        <SearchInput label="Search by namespace or organization" value={search} onChange={setSearch} />
      }
    >
      <QueryView query={namespaces}>
        {(data) => {
          const items = itemsOf(data);
          if (items.length === 0) return <Empty title="No namespace fits this search" />;
          return (
            <>
              <Table label="Namespaces" columns={COLUMNS}>
                {items.map((namespace) => (
                  <Row key={namespace.id}>
                    <Cell className="min-w-32 font-medium [overflow-wrap:anywhere]">{namespace.name}</Cell>
                    <Cell className="min-w-32 [overflow-wrap:anywhere]">{namespace.organizationName}</Cell>
                    <Cell className={NUMBER}>{formatCount(namespace.workflows)}</Cell>
                    <Cell className={NUMBER}>{formatCount(namespace.unfinished)}</Cell>
                    <Cell className={NUMBER}>{formatBytes(namespace.ledgerBytes)}</Cell>
                    <Cell className={NUMBER}>{formatBytes(namespace.registryBytes)}</Cell>
                  </Row>
                ))}
              </Table>
              <MoreButton pages={namespaces} />
            </>
          );
        }}
      </QueryView>
    </Card>
  );
}
