import type { workflow } from "@floww/contract/api";
import { formatId } from "@floww/contract/ids";
import type { z } from "zod";
import type { Workflow } from "./store.ts";

export function presentWorkflow(row: Workflow, webhookBase: string): z.input<typeof workflow> {
  return {
    id: formatId("workflow", row.id),
    name: row.name,
    description: row.description,
    webhookUrl: `${webhookBase}/webhook/${row.key}`,
    ...(row.activeDeploymentId === null
      ? {}
      : { activeDeploymentId: formatId("deployment", row.activeDeploymentId) }),
    ...(row.pausedAt === null ? {} : { pausedAt: row.pausedAt.toISOString() }),
    createdAt: row.createdAt.toISOString(),
  };
}
