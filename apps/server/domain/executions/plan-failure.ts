import type { FailureEventHead } from "@floww/contract/abi";
import type { RunEnd } from "@floww/executor/host";
import { newUuid } from "../../platform/uuid-v7.ts";
import type { FailureRow } from "./ledger-fragments.ts";
import type { OwnedExecution } from "./types.ts";

/** The run of the author's `onFailure`, recorded in the commit that ends the execution; none when it did not fail, or nobody asked. */
export function failureOf(
  {
    id,
    publicId,
    attempt,
    policy,
    event,
  }: Pick<OwnedExecution, "id" | "publicId" | "attempt" | "policy" | "event">,
  end: RunEnd,
): FailureRow[] {
  // An author's `onFailure` is about events.
  if (event.head.type === "setup" || event.head.type === "teardown") return [];
  if (!policy.hasOnFailure || !("error" in end) || end.state === "cancelled") return [];
  const { code, name, message } = end.error;
  const head: FailureEventHead = {
    type: "failure",
    executionId: publicId,
    status: end.state,
    attempts: attempt,
    error: { code, name, message },
    event: event.head,
  };
  return [{ id: newUuid(), failedId: id, event: Buffer.from(JSON.stringify(head)) }];
}
