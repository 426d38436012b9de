import { executionStatuses } from "@floww/contract/api";
import { textOf, wordOf } from "../../lib/search.ts";
import { isTimeRange, startOf, type TimeRange } from "../../lib/time-ranges.ts";
import type { ExecutionQuery } from "./execution-table.tsx";

/** The filters of a list of executions, as its address holds them. */
export interface ExecutionSearch {
  status?: (typeof executionStatuses)[number] | undefined;
  workflow?: string | undefined;
  trigger?: string | undefined;
  version?: string | undefined;
  range?: TimeRange | undefined;
  text?: string | undefined;
}

/** Whatever an address says: what means nothing is left out. */
export function readExecutionSearch(search: Record<string, unknown>): ExecutionSearch {
  return {
    status: wordOf(search.status, executionStatuses),
    workflow: textOf(search.workflow),
    trigger: textOf(search.trigger),
    version: textOf(search.version),
    range: isTimeRange(search.range) ? search.range : undefined,
    text: textOf(search.text),
  };
}

/** The filters as the API takes them. */
export function executionFilterOf(search: ExecutionSearch, nowMs: number) {
  return {
    status: search.status,
    workflowId: search.workflow,
    triggerId: search.trigger,
    deploymentId: search.version,
    from: search.range === undefined ? undefined : startOf(search.range, nowMs),
  } satisfies ExecutionQuery;
}

const TEXT_MIN = 2;

export function executionQueryOf(search: ExecutionSearch, nowMs: number): ExecutionQuery {
  const text = search.text !== undefined && search.text.length >= TEXT_MIN ? search.text : undefined;
  return { ...executionFilterOf(search, nowMs), text };
}
