import { useState } from "react";
import { CreateWorkflow } from "../features/workflows/create-workflow.tsx";
import { WorkflowList } from "../features/workflows/workflow-list.tsx";
import { useMay } from "../lib/me.ts";
import { Card } from "../ui/card.tsx";
import { PageHeader } from "../ui/page-header.tsx";
import { SearchInput } from "../ui/search-input.tsx";

export function WorkflowsPage() {
  const mayWrite = useMay("workflow.write");
  const [text, setText] = useState("");
  return (
    <>
      <PageHeader title="Workflows" actions={mayWrite ? <CreateWorkflow /> : undefined} />
      <Card isFlush>
        <div className="border-b px-4 py-3">
          <SearchInput label="Search workflows" value={text} onChange={setText} />
        </div>
        <WorkflowList text={text} />
      </Card>
    </>
  );
}
