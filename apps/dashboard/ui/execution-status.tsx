import type { executionStatuses } from "@floww/contract/api";
import { Badge, type Tone } from "./badge.tsx";

export type ExecutionStatus = (typeof executionStatuses)[number];

const LOOKS: Record<ExecutionStatus, { tone: Tone; label: string }> = {
  received: { tone: "plain", label: "queued" },
  waiting: { tone: "accent", label: "waiting" },
  started: { tone: "busy", label: "running" },
  completed: { tone: "good", label: "completed" },
  failed: { tone: "danger", label: "failed" },
  timed_out: { tone: "danger", label: "timed out" },
  cancelled: { tone: "plain", label: "cancelled" },
  interrupted: { tone: "warn", label: "interrupted" },
};

/** A status as people read it. */
export function statusLabel(status: ExecutionStatus): string {
  return LOOKS[status].label;
}

const GOING_ON: ReadonlySet<ExecutionStatus> = new Set(["received", "waiting", "started"]);

export function isFinished(status: ExecutionStatus): boolean {
  return !GOING_ON.has(status);
}

export function ExecutionStatusBadge({ status }: { status: ExecutionStatus }) {
  const { tone, label } = LOOKS[status];
  return <Badge tone={tone}>{label}</Badge>;
}
