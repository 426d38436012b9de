import type { RouteRequest, Routes } from "@floww/contract/api";
import { Link } from "@tanstack/react-router";
import { itemsOf, useApiPages } from "../../lib/api.ts";
import { formatDuration } from "../../lib/format.ts";
import { ROW_LINK } from "../../lib/list-keys.ts";
import { useNamespaceId } from "../../lib/me.ts";
import { Ago } from "../../ui/ago.tsx";
import { ExecutionStatusBadge } from "../../ui/execution-status.tsx";
import { MoreButton } from "../../ui/more-button.tsx";
import { QueryView } from "../../ui/query-view.tsx";
import { Empty } from "../../ui/states.tsx";
import { Cell, Row, Table } from "../../ui/table.tsx";

export type ExecutionQuery = NonNullable<RouteRequest<Routes["listExecutions"]>["query"]>;

const COLUMNS = [
  { title: "Status" },
  { title: "Execution" },
  { title: "Origin" },
  { title: "Duration" },
  { title: "Received" },
];

/** The newest first, as the filters say. */
export function ExecutionTable({ query }: { query: ExecutionQuery }) {
  const namespaceId = useNamespaceId();
  const executions = useApiPages("listExecutions", { params: { namespaceId }, query });
  return (
    <QueryView query={executions}>
      {(data) => {
        const items = itemsOf(data);
        if (items.length === 0)
          return (
            <Empty title="No executions">
              What triggers receive runs here, as soon as something comes in.
            </Empty>
          );
        return (
          <>
            <Table label="Executions" columns={COLUMNS}>
              {items.map((execution) => (
                <Row key={execution.id}>
                  <Cell>
                    <ExecutionStatusBadge status={execution.status} />
                  </Cell>
                  <Cell className="max-w-80">
                    <Link
                      {...{ [ROW_LINK]: "" }}
                      to="/ns/$namespaceId/executions/$executionId"
                      params={{ namespaceId, executionId: execution.id }}
                      className="block truncate font-medium"
                    >
                      {execution.id}
                    </Link>
                  </Cell>
                  <Cell className="text-soft">{execution.origin}</Cell>
                  <Cell className="whitespace-nowrap tabular-nums">
                    {execution.durationMs === undefined ? "" : formatDuration(execution.durationMs)}
                  </Cell>
                  <Cell>
                    <Ago at={execution.createdAt} />
                  </Cell>
                </Row>
              ))}
            </Table>
            <MoreButton pages={executions} />
          </>
        );
      }}
    </QueryView>
  );
}
