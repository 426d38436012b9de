import { itemsOf, useApiPages } from "../../lib/api.ts";
import { formatInstant } from "../../lib/format.ts";
import { Card } from "../../ui/card.tsx";
import { MoreButton } from "../../ui/more-button.tsx";
import { QueryView } from "../../ui/query-view.tsx";
import { Empty } from "../../ui/states.tsx";
import { Cell, Row, Table } from "../../ui/table.tsx";

const COLUMNS = [{ title: "When" }, { title: "Who" }, { title: "What" }, { title: "On" }, { title: "From" }];

/** Who changed what on the whole server, newest first. */
export function AdminAudit() {
  const entries = useApiPages("adminListAudit", { query: {} });
  return (
    <Card isFlush title="Audit log of the server">
      <QueryView query={entries}>
        {(data) => {
          const items = itemsOf(data);
          if (items.length === 0) return <Empty title="Nobody has changed anything yet" />;
          return (
            <>
              <Table label="Audit log of the server" columns={COLUMNS}>
                {items.map(({ id, at, actor, action, subjects, address }) => (
                  <Row key={id}>
                    <Cell className="whitespace-nowrap text-soft">
                      <time dateTime={at}>{formatInstant(at)}</time>
                    </Cell>
                    <Cell className="min-w-32 [overflow-wrap:anywhere]">
                      {actor.kind === "nobody" && actor.name === "" ? "nobody signed in" : actor.name}
                      {actor.kind === "key" ? <span className="text-soft"> (key)</span> : undefined}
                    </Cell>
                    <Cell className="font-mono text-xs whitespace-nowrap">{action}</Cell>
                    <Cell className="min-w-56 font-mono text-xs">
                      {Object.entries(subjects).map(([name, value]) => (
                        <span key={name} className="block [overflow-wrap:anywhere]">
                          <span className="text-soft">{name}</span> {value}
                        </span>
                      ))}
                    </Cell>
                    <Cell className="whitespace-nowrap text-soft">{address}</Cell>
                  </Row>
                ))}
              </Table>
              <MoreButton pages={entries} />
            </>
          );
        }}
      </QueryView>
    </Card>
  );
}
