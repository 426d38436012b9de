import type { RouteRequest, Routes } from "@floww/contract/api";
import { Link } from "@tanstack/react-router";
import { itemsOf, useApiPages } from "../../lib/api.ts";
import { formatCount, formatDuration } from "../../lib/format.ts";
import { ROW_LINK } from "../../lib/list-keys.ts";
import { useNamespaceId } from "../../lib/me.ts";
import { Ago } from "../../ui/ago.tsx";
import { ExecutionStatusBadge } from "../../ui/execution-status.tsx";
import { MoreButton } from "../../ui/more-button.tsx";
import { QueryView } from "../../ui/query-view.tsx";
import { Empty } from "../../ui/states.tsx";
import { Cell, Row, Table } from "../../ui/table.tsx";

export type ExecutionQuery = NonNullable<RouteRequest<Routes["listExecutions"]>["query"]>;

/** On a phone there is no room for these. */
const WIDE = "max-sm:hidden";

const COLUMNS = [
  { title: "Status" },
  { title: "Workflow" },
  { title: "Trigger", className: WIDE },
  { title: "Version", className: WIDE },
  { title: "Duration" },
  { title: "Received" },
];

interface ExecutionTableProps {
  query: ExecutionQuery;
  /** What is said when nothing fits. */
  empty: string;
}

/** The newest first, as the filters say. */
export function ExecutionTable({ query, empty }: ExecutionTableProps) {
  const namespaceId = useNamespaceId();
  const executions = useApiPages("listExecutions", { params: { namespaceId }, query });
  return (
    <QueryView query={executions}>
      {(data) => {
        const items = itemsOf(data);
        const searched = data.pages.at(-1)?.searched;
        return (
          <>
            {searched === undefined ? undefined : <Searched count={searched.count} isAll={searched.isAll} />}
            {items.length === 0 ? (
              <Empty title="No executions">{empty}</Empty>
            ) : (
              <Table label="Executions" columns={COLUMNS}>
                {items.map((execution) => (
                  <Row key={execution.id}>
                    <Cell>
                      <ExecutionStatusBadge status={execution.status} />
                    </Cell>
                    <Cell className="max-w-60">
                      <Link
                        {...{ [ROW_LINK]: "" }}
                        to="/ns/$namespaceId/executions/$executionId"
                        params={{ namespaceId, executionId: execution.id }}
                        className="block truncate font-medium hover:underline"
                        aria-label={`${execution.workflowName}, execution ${execution.id}`}
                      >
                        {execution.workflowName}
                      </Link>
                    </Cell>
                    <Cell className={`max-w-72 truncate text-soft ${WIDE}`}>{execution.handlerId}</Cell>
                    <Cell className={`text-soft tabular-nums ${WIDE}`}>
                      {execution.version === undefined ? "" : `v${execution.version}`}
                    </Cell>
                    <Cell className="whitespace-nowrap tabular-nums">
                      {execution.durationMs === undefined ? "" : formatDuration(execution.durationMs)}
                    </Cell>
                    <Cell>
                      <Ago at={execution.createdAt} />
                    </Cell>
                  </Row>
                ))}
              </Table>
            )}
            <MoreButton pages={executions} />
          </>
        );
      }}
    </QueryView>
  );
}

/** How far a search in text reached. */
function Searched({ count, isAll }: { count: number; isAll: boolean }) {
  return (
    <p role="status" className="border-b px-4 py-2 text-soft">
      {isAll
        ? `Looked through all ${formatCount(count)} executions that fit.`
        : `Looked through the newest ${formatCount(count)} executions that fit; older ones were left out. Narrow the time or the filters to reach them.`}
    </p>
  );
}
