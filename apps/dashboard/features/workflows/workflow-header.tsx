import { Link, useNavigate } from "@tanstack/react-router";
import { Ellipsis } from "lucide-react";
import { useState } from "react";
import { useChange } from "../../lib/api.ts";
import { useMay } from "../../lib/me.ts";
import { Button, buttonClass } from "../../ui/button.tsx";
import { Confirm } from "../../ui/confirm.tsx";
import { Menu, MenuItem, MenuLine } from "../../ui/menu.tsx";
import { PageHeader } from "../../ui/page-header.tsx";
import { useSay } from "../../ui/toasts.tsx";
import { RenameWorkflow } from "./rename-workflow.tsx";
import type { Workflow, WorkflowParams } from "./types.ts";
import { WorkflowState } from "./workflow-state.tsx";

interface WorkflowHeaderProps {
  params: WorkflowParams;
  workflow: Workflow;
}

export function WorkflowHeader({ params, workflow }: WorkflowHeaderProps) {
  const mayWrite = useMay("workflow.write");
  const navigate = useNavigate();
  const say = useSay();
  const [open, setOpen] = useState<"rename" | "delete" | "pause">();
  const pause = useChange("pauseWorkflow");
  const resume = useChange("resumeWorkflow");
  const remove = useChange("deleteWorkflow");
  const close = () => setOpen(undefined);
  const toList = () => navigate({ to: "/ns/$namespaceId/workflows", params });
  const isPaused = workflow.pausedAt !== undefined;
  const resumeIt = () => resume.mutateAsync({ params }).then(() => say("Resumed", "What was kept runs now."));
  return (
    <>
      <PageHeader
        title={workflow.name}
        beside={<WorkflowState workflow={workflow} />}
        lead={
          <>
            <Link to="/ns/$namespaceId/workflows" params={params} className="hover:underline">
              Workflows
            </Link>
            {workflow.description === "" ? undefined : ` / ${workflow.description}`}
          </>
        }
        actions={
          mayWrite ? (
            <>
              {isPaused ? (
                <Button
                  look="primary"
                  isBusy={resume.isPending}
                  onClick={() => void resumeIt().catch(() => undefined)}
                >
                  Resume
                </Button>
              ) : (
                <Button onClick={() => setOpen("pause")}>Pause</Button>
              )}
              <Menu
                label="More about this workflow"
                triggerClassName={buttonClass("plain", "px-2")}
                trigger={<Ellipsis size={16} aria-hidden="true" />}
              >
                <MenuItem onSelect={() => setOpen("rename")}>Rename…</MenuItem>
                <MenuLine />
                <MenuItem isDangerous onSelect={() => setOpen("delete")}>
                  Delete…
                </MenuItem>
              </Menu>
            </>
          ) : undefined
        }
      />
      <Confirm
        isOpen={open === "pause"}
        onClose={close}
        title={`Pause ${workflow.name}?`}
        action="Pause it"
        change={pause}
        onConfirm={() => void pause.mutateAsync({ params }).then(close, () => undefined)}
      >
        Its events and schedules are kept and run when it is resumed. Callers that wait for an answer get 503
        until then.
      </Confirm>
      <Confirm
        isOpen={open === "delete"}
        onClose={close}
        title={`Delete ${workflow.name}?`}
        action="Delete it"
        isDangerous
        change={remove}
        onConfirm={() => void remove.mutateAsync({ params }).then(toList, () => undefined)}
      >
        Its webhooks answer 404 and its schedules end. What ran stays readable. This cannot be undone.
      </Confirm>
      {open === "rename" ? <RenameWorkflow params={params} workflow={workflow} onClose={close} /> : undefined}
    </>
  );
}
