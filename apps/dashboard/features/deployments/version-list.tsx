import { useState } from "react";
import { itemsOf, useApiPages, useChange } from "../../lib/api.ts";
import { useMay } from "../../lib/me.ts";
import { Ago } from "../../ui/ago.tsx";
import { Badge } from "../../ui/badge.tsx";
import { Button } from "../../ui/button.tsx";
import { Card } from "../../ui/card.tsx";
import { Confirm } from "../../ui/confirm.tsx";
import { MoreButton } from "../../ui/more-button.tsx";
import { QueryView } from "../../ui/query-view.tsx";
import { Empty } from "../../ui/states.tsx";
import { Cell, Row, Table } from "../../ui/table.tsx";
import { useSay } from "../../ui/toasts.tsx";
import type { Deployment, WorkflowParams } from "./types.ts";
import { VersionDiff } from "./version-diff.tsx";

const COLUMNS = [
  { title: "Version" },
  { title: "State" },
  { title: "Runtime" },
  { title: "By" },
  { title: "Deployed" },
  { title: "Actions", isHidden: true },
];

/** Every version there was; one of them is live, and any can be again. */
export function VersionList({ params }: { params: WorkflowParams }) {
  const mayDeploy = useMay("workflow.deploy");
  const deployments = useApiPages("listDeployments", { params });
  const activate = useChange("activateDeployment");
  const say = useSay();
  const [chosen, setChosen] = useState<Deployment>();
  const [compared, setCompared] = useState<Deployment>();
  const rollBack = async ({ version }: Deployment) => {
    const done = await activate.mutateAsync({ params, body: { version } });
    setChosen(undefined);
    say(`Version ${version} is live`, done.warnings.join(" ") || undefined);
  };
  return (
    <Card title="Versions" isFlush>
      <QueryView query={deployments}>
        {(data) => {
          const items = itemsOf(data);
          if (items.length === 0)
            return (
              <Empty title="Nothing was deployed yet">
                <code>floww deploy</code> in its folder makes the first version.
              </Empty>
            );
          return (
            <>
              <Table label="Versions" columns={COLUMNS}>
                {items.map((deployment, index) => (
                  <Row key={deployment.id}>
                    <Cell className="font-medium tabular-nums">v{deployment.version}</Cell>
                    <Cell>{deployment.isActive ? <Badge tone="good">live</Badge> : undefined}</Cell>
                    <Cell className="text-soft">{deployment.runtime}</Cell>
                    <Cell className="max-w-48 truncate text-soft">{deployment.createdBy}</Cell>
                    <Cell>
                      <Ago at={deployment.createdAt} />
                    </Cell>
                    <Cell>
                      <div className="flex justify-end gap-2">
                        {items[index + 1] === undefined ? undefined : (
                          <Button
                            aria-label={`What version ${deployment.version} changed`}
                            onClick={() => setCompared(deployment)}
                          >
                            Changes
                          </Button>
                        )}
                        {mayDeploy && !deployment.isActive ? (
                          <Button
                            aria-label={`Make version ${deployment.version} live`}
                            onClick={() => setChosen(deployment)}
                          >
                            Roll back
                          </Button>
                        ) : undefined}
                      </div>
                    </Cell>
                  </Row>
                ))}
              </Table>
              <MoreButton pages={deployments} />
              {compared === undefined ? undefined : (
                <VersionDiff
                  params={params}
                  after={compared}
                  versions={items}
                  onClose={() => setCompared(undefined)}
                />
              )}
            </>
          );
        }}
      </QueryView>
      <Confirm
        isOpen={chosen !== undefined}
        onClose={() => setChosen(undefined)}
        title={`Make version ${chosen?.version ?? ""} live?`}
        action="Make it live"
        change={activate}
        onConfirm={() => chosen && void rollBack(chosen).catch(() => undefined)}
      >
        Its triggers, schedules and addresses take the place of those of the version that is live now. What
        runs stays on its version.
      </Confirm>
    </Card>
  );
}
