export const executionStatuses = [
  "received",
  "waiting",
  "started",
  "completed",
  "failed",
  "timed_out",
  "cancelled",
  "interrupted",
] as const;
