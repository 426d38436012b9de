import { useApi } from "../../lib/api.ts";
import { Card } from "../../ui/card.tsx";
import { QueryView } from "../../ui/query-view.tsx";
import { Empty } from "../../ui/states.tsx";
import { TriggerItem } from "./trigger-item.tsx";
import type { WorkflowParams } from "./types.ts";

/** What the live version listens for. */
export function TriggerList({ params }: { params: WorkflowParams }) {
  const triggers = useApi("listTriggers", { params });
  return (
    <Card title="Triggers" isFlush>
      <QueryView query={triggers}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title="Nothing is deployed">
              <code>floww deploy</code> in its folder makes its triggers live.
            </Empty>
          ) : (
            <ul>
              {items.map((trigger) => (
                <TriggerItem key={trigger.id} params={params} trigger={trigger} />
              ))}
            </ul>
          )
        }
      </QueryView>
    </Card>
  );
}
