import type { statistics } from "@floww/contract/api";
import { formatId } from "@floww/contract/ids";
import type { z } from "zod";
import { executionStateName } from "../states.ts";
import { type Outcomes, quantileMs, stateOfKey } from "./outcome-key.ts";
import type { Statistics } from "./read-statistics.ts";
import type { StatisticsRange } from "./statistics-range.ts";

const SECOND_MS = 1000;

export function presentStatistics(
  { fromMs, toMs, bucketSeconds }: StatisticsRange,
  { buckets, total, workflows }: Statistics,
): z.input<typeof statistics> {
  const bucketMs = bucketSeconds * SECOND_MS;
  return {
    from: new Date(fromMs).toISOString(),
    to: new Date(toMs).toISOString(),
    bucketSeconds,
    buckets: Array.from({ length: (toMs - fromMs) / bucketMs }, (_, index) => {
      const atMs = fromMs + index * bucketMs;
      return { at: new Date(atMs).toISOString(), ...presentOutcomes(buckets.get(atMs)) };
    }),
    total: presentOutcomes(total),
    workflows: workflows.map(({ id, name, outcomes }) => ({
      workflowId: formatId("workflow", id),
      workflowName: name,
      ...presentOutcomes(outcomes),
    })),
  };
}

function presentOutcomes(outcomes: Outcomes = new Map()) {
  const counts: Partial<Record<ReturnType<typeof executionStateName>, number>> = {};
  for (const [key, count] of outcomes) {
    const status = executionStateName(stateOfKey(key));
    counts[status] = (counts[status] ?? 0) + count;
  }
  const [p50Ms, p95Ms] = [quantileMs(outcomes, 0.5), quantileMs(outcomes, 0.95)];
  return { counts, ...(p50Ms === undefined || p95Ms === undefined ? {} : { p50Ms, p95Ms }) };
}
