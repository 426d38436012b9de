import { useState } from "react";
import { itemsOf, useApiPages } from "../../lib/api.ts";
import { formatCount } from "../../lib/format.ts";
import { Ago } from "../../ui/ago.tsx";
import { Card } from "../../ui/card.tsx";
import { MoreButton } from "../../ui/more-button.tsx";
import { QueryView } from "../../ui/query-view.tsx";
import { SearchInput } from "../../ui/search-input.tsx";
import { Empty } from "../../ui/states.tsx";
import { Cell, Row, Table } from "../../ui/table.tsx";
import { AddOrganization } from "./add-organization.tsx";

const NUMBER = "text-right tabular-nums";
const COLUMNS = [
  { title: "Name" },
  { title: "Members", className: "text-right" },
  { title: "Namespaces", className: "text-right" },
  { title: "Created" },
];

/** The tenants of the server. */
export function AdminOrganizations() {
  const [search, setSearch] = useState("");
  const organizations = useApiPages("adminListOrganizations", { query: { search } });
  return (
    <Card
      isFlush
      title="Organizations"
      actions={
        <>
          <SearchInput label="Search by name" value={search} onChange={setSearch} />
          <AddOrganization />
        </>
      }
    >
      <QueryView query={organizations}>
        {(data) => {
          const items = itemsOf(data);
          if (items.length === 0) return <Empty title="No organization fits this search" />;
          return (
            <>
              <Table label="Organizations" columns={COLUMNS}>
                {items.map(({ id, name, members, namespaces, createdAt }) => (
                  <Row key={id}>
                    <Cell className="min-w-40 font-medium [overflow-wrap:anywhere]">{name}</Cell>
                    <Cell className={NUMBER}>{formatCount(members)}</Cell>
                    <Cell className={NUMBER}>{formatCount(namespaces)}</Cell>
                    <Cell>
                      <Ago at={createdAt} />
                    </Cell>
                  </Row>
                ))}
              </Table>
              <MoreButton pages={organizations} />
            </>
          );
        }}
      </QueryView>
    </Card>
  );
}
