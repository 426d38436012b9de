import { Badge } from "../../ui/badge.tsx";
import type { Workflow } from "./types.ts";

export function WorkflowState({ workflow }: { workflow: Pick<Workflow, "pausedAt" | "activeDeploymentId"> }) {
  if (workflow.pausedAt !== undefined) return <Badge tone="warn">paused</Badge>;
  if (workflow.activeDeploymentId === undefined) return <Badge>not deployed</Badge>;
  return <Badge tone="good">live</Badge>;
}
