import { CreateWorkflow } from "../features/workflows/create-workflow.tsx";
import { WorkflowList } from "../features/workflows/workflow-list.tsx";
import { useMay } from "../lib/me.ts";
import { Card } from "../ui/card.tsx";
import { PageHeader } from "../ui/page-header.tsx";

export function WorkflowsPage() {
  const mayWrite = useMay("workflow.write");
  return (
    <>
      <PageHeader title="Workflows" actions={mayWrite ? <CreateWorkflow /> : undefined} />
      <Card isFlush>
        <WorkflowList />
      </Card>
    </>
  );
}
