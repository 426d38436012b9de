import { Link } from "@tanstack/react-router";
import { ROW_LINK } from "../../lib/list-keys.ts";
import { useNamespaceId } from "../../lib/me.ts";
import { useWorkflowNames } from "../../lib/names.ts";
import { Ago } from "../../ui/ago.tsx";
import { Card } from "../../ui/card.tsx";
import { ExecutionStatusBadge } from "../../ui/execution-status.tsx";
import { Empty } from "../../ui/states.tsx";
import { Cell, Row, Table } from "../../ui/table.tsx";
import type { DeliveryDetail } from "./delivery-detail.ts";

const COLUMNS = [
  { title: "Status" },
  { title: "Execution" },
  { title: "Workflow" },
  { title: "Origin" },
  { title: "Created" },
];

/** What the request made run, replays included. */
export function CausedExecutions({ executions }: Pick<DeliveryDetail, "executions">) {
  const namespaceId = useNamespaceId();
  const names = new Map(useWorkflowNames().map(({ id, name }) => [id, name]));
  return (
    <Card title="What it caused" isFlush>
      {executions.length === 0 ? (
        <Empty title="Nothing ran because of it" />
      ) : (
        <Table label="Executions that it caused" columns={COLUMNS}>
          {executions.map((execution) => (
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
              <Cell className="max-w-48 truncate">{names.get(execution.workflowId) ?? "deleted"}</Cell>
              <Cell className="text-soft">{execution.origin}</Cell>
              <Cell>
                <Ago at={execution.createdAt} />
              </Cell>
            </Row>
          ))}
        </Table>
      )}
    </Card>
  );
}
