import { Link } from "@tanstack/react-router";
import { itemsOf, useApiPages } from "../../lib/api.ts";
import { ROW_LINK } from "../../lib/list-keys.ts";
import { useNamespaceId } from "../../lib/me.ts";
import { Ago } from "../../ui/ago.tsx";
import { MoreButton } from "../../ui/more-button.tsx";
import { QueryView } from "../../ui/query-view.tsx";
import { Empty } from "../../ui/states.tsx";
import { Cell, Row, Table } from "../../ui/table.tsx";
import { WorkflowState } from "./workflow-state.tsx";

const COLUMNS = [{ title: "Name" }, { title: "State" }, { title: "Description" }, { title: "Created" }];

/** Those whose name or description holds the text. */
export function WorkflowList({ text }: { text: string }) {
  const namespaceId = useNamespaceId();
  const workflows = useApiPages("listWorkflows", { params: { namespaceId } });
  const wanted = text.toLowerCase();
  return (
    <QueryView query={workflows}>
      {(data) => {
        const all = itemsOf(data);
        const items = all.filter(({ name, description }) =>
          `${name} ${description}`.toLowerCase().includes(wanted),
        );
        if (all.length === 0)
          return (
            <Empty title="No workflows yet">
              Make one here, or with <code>floww init</code> and <code>floww deploy</code> in a folder of your
              own.
            </Empty>
          );
        return (
          <>
            {items.length === 0 ? (
              <Empty title="No workflow fits" />
            ) : (
              <Table label="Workflows" columns={COLUMNS}>
                {items.map((workflow) => (
                  <Row key={workflow.id}>
                    <Cell className="max-w-60">
                      <Link
                        {...{ [ROW_LINK]: "" }}
                        to="/ns/$namespaceId/workflows/$workflowId"
                        params={{ namespaceId, workflowId: workflow.id }}
                        className="block truncate font-medium hover:underline"
                      >
                        {workflow.name}
                      </Link>
                    </Cell>
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
            )}
            <MoreButton pages={workflows} />
          </>
        );
      }}
    </QueryView>
  );
}
