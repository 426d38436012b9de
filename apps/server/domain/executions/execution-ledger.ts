import type { LaneResult } from "../../platform/db/lane.ts";
import type { AnsweredRow, FinishedRow, LogRow, NewExecutionRow } from "./ledger-fragments.ts";

/** What this room writes through the ledger's lane. One item is one commit; batches are formed from many. */
export interface ExecutionLedger {
  commit(item: {
    executions?: (NewExecutionRow & { isKeyed: boolean })[];
    answered?: AnsweredRow[];
    finished?: FinishedRow[];
    logs?: LogRow[];
  }): Promise<LaneResult>;
}
