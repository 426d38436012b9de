import type { deployment } from "@floww/contract/api";
import { formatId } from "@floww/contract/ids";
import type { z } from "zod";
import type { Deployment } from "./store.ts";

export function presentDeployment(row: Deployment, activeId: string | null): z.input<typeof deployment> {
  return {
    id: formatId("deployment", row.id),
    workflowId: formatId("workflow", row.workflowId),
    version: row.version,
    runtime: row.runtime,
    bundleHash: row.bundleHash,
    isActive: row.id === activeId,
    createdBy: row.createdBy,
    createdAt: row.createdAt.toISOString(),
    ...(row.activatedAt === null ? {} : { activatedAt: row.activatedAt.toISOString() }),
  };
}
