import type { LaneResult } from "../../platform/db/lane.ts";
import type { ControlledRow } from "./flow/controlled-fragment.ts";
import type {
  AnsweredRow,
  AttemptRow,
  FailureRow,
  FinishedRow,
  LogRow,
  NewExecutionRow,
  RequeuedRow,
} from "./ledger-fragments.ts";

/** What this room writes through the ledger's lane. One item is one commit; batches are formed from many. */
export interface ExecutionLedger {
  commit(item: {
    executions?: (NewExecutionRow & { isKeyed: boolean })[];
    controlled?: ControlledRow[];
    answered?: AnsweredRow[];
    finished?: FinishedRow[];
    failures?: FailureRow[];
    requeued?: RequeuedRow[];
    requeuedBefore?: Pick<RequeuedRow, "id" | "epoch">[];
    attempts?: AttemptRow[];
    reopened?: { id: string }[];
    logs?: LogRow[];
  }): Promise<LaneResult>;
}
