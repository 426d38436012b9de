import { ExecutionTable } from "../features/executions/execution-table.tsx";
import { Card } from "../ui/card.tsx";
import { PageHeader } from "../ui/page-header.tsx";

export function ExecutionsPage() {
  return (
    <>
      <PageHeader title="Executions" />
      <Card isFlush>
        <ExecutionTable query={{}} />
      </Card>
    </>
  );
}
