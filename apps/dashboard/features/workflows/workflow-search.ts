import { wordOf } from "../../lib/search.ts";

const TABS = ["triggers", "executions", "versions", "settings"] as const;
export type WorkflowTab = (typeof TABS)[number];

/** Which part of a workflow is looked at, as its address says. */
export function readWorkflowSearch(search: Record<string, unknown>): { tab?: WorkflowTab | undefined } {
  return { tab: wordOf(search.tab, TABS) };
}
