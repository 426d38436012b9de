import { itemsOf, useApiPages } from "../../lib/api.ts";
import { useNamespaceId } from "../../lib/me.ts";
import { Ago } from "../../ui/ago.tsx";
import { Badge } from "../../ui/badge.tsx";
import { MoreButton } from "../../ui/more-button.tsx";
import { QueryView } from "../../ui/query-view.tsx";
import { Empty } from "../../ui/states.tsx";
import { Cell, Row, Table } from "../../ui/table.tsx";

const COLUMNS = [{ title: "Name" }, { title: "State" }, { title: "Description" }, { title: "Created" }];

export function WorkflowList() {
  const namespaceId = useNamespaceId();
  const workflows = useApiPages("listWorkflows", { params: { namespaceId } });
  return (
    <QueryView query={workflows}>
      {(data) => {
        const items = itemsOf(data);
        if (items.length === 0)
          return (
            <Empty title="No workflows yet">
              Make one here, or with <code>floww init</code> and <code>floww deploy</code> in a folder of your
              own.
            </Empty>
          );
        return (
          <>
            <Table label="Workflows" columns={COLUMNS}>
              {items.map((workflow) => (
                <Row key={workflow.id}>
                  <Cell className="font-medium">{workflow.name}</Cell>
                  <Cell>
                    <WorkflowState workflow={workflow} />
                  </Cell>
                  <Cell className="max-w-80 truncate text-soft">{workflow.description}</Cell>
                  <Cell>
                    <Ago at={workflow.createdAt} />
                  </Cell>
                </Row>
              ))}
            </Table>
            <MoreButton pages={workflows} />
          </>
        );
      }}
    </QueryView>
  );
}

function WorkflowState({
  workflow,
}: {
  workflow: { pausedAt?: string | undefined; activeDeploymentId?: string | undefined };
}) {
  if (workflow.pausedAt !== undefined) return <Badge tone="warn">paused</Badge>;
  if (workflow.activeDeploymentId === undefined) return <Badge>not deployed</Badge>;
  return <Badge tone="good">live</Badge>;
}
