import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { formatCount, formatDuration } from "../../lib/format.ts";
import { ROW_LINK } from "../../lib/list-keys.ts";
import { Card } from "../../ui/card.tsx";
import { Cell, Row, Table } from "../../ui/table.tsx";
import { failedOf, failureRate, totalOf } from "./count-groups.ts";
import { formatPercent } from "./figures.tsx";
import type { Statistics } from "./types.ts";

type Ranked = Statistics["workflows"][number];

const SHOWN = 5;

interface WorkflowRankingProps {
  workflows: Statistics["workflows"];
  namespaceId: string;
}

/** Those that fail most. */
export function MostFailing({ workflows, namespaceId }: WorkflowRankingProps) {
  const ranked = workflows
    .filter(({ counts }) => failedOf(counts) > 0)
    .toSorted((a, b) => failedOf(b.counts) - failedOf(a.counts));
  return (
    <Ranking
      title="Most failing workflows"
      nothing="None has failed."
      value="Failed"
      workflows={ranked}
      namespaceId={namespaceId}
      shown={({ counts }) => `${formatCount(failedOf(counts))} (${formatPercent(failureRate(counts) ?? 0)})`}
    />
  );
}

/** Those whose handlers take longest. */
export function Slowest({ workflows, namespaceId }: WorkflowRankingProps) {
  const ranked = workflows
    .filter(({ p95Ms }) => p95Ms !== undefined)
    .toSorted((a, b) => (b.p95Ms ?? 0) - (a.p95Ms ?? 0));
  return (
    <Ranking
      title="Slowest workflows"
      nothing="None has finished."
      value="95 %"
      workflows={ranked}
      namespaceId={namespaceId}
      shown={({ p95Ms }) => formatDuration(p95Ms ?? 0)}
    />
  );
}

interface RankingProps extends WorkflowRankingProps {
  title: string;
  nothing: string;
  /** The last column's title. */
  value: string;
  shown(workflow: Ranked): ReactNode;
}

function Ranking({ title, nothing, value, workflows, namespaceId, shown }: RankingProps) {
  return (
    <Card title={title} isFlush>
      {workflows.length === 0 ? (
        <p className="p-4 text-soft">{nothing}</p>
      ) : (
        <Table
          label={title}
          columns={[
            { title: "Workflow" },
            { title: "Executions" },
            { title: value, className: "text-right" },
          ]}
        >
          {workflows.slice(0, SHOWN).map((workflow) => (
            <Row key={workflow.workflowId}>
              <Cell className="max-w-48">
                <Link
                  {...{ [ROW_LINK]: "" }}
                  to="/ns/$namespaceId/workflows/$workflowId"
                  params={{ namespaceId, workflowId: workflow.workflowId }}
                  className="block truncate font-medium hover:underline"
                >
                  {workflow.workflowName}
                </Link>
              </Cell>
              <Cell className="tabular-nums">{formatCount(totalOf(workflow.counts))}</Cell>
              <Cell className="text-right whitespace-nowrap tabular-nums">{shown(workflow)}</Cell>
            </Row>
          ))}
        </Table>
      )}
    </Card>
  );
}
