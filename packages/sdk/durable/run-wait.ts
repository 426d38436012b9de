import type { JournalEntry, WaitReply, WaitRequest } from "@floww/contract/host-calls";
import { decodeValue } from "../value-codec.ts";
import type { Asked, Journal } from "./journal.ts";
import { StepError } from "./step-error.ts";

/** Waits, and gives what came. `announce` runs while nothing has come yet, and may run again in a later start. */
export function runWait(
  journal: Journal,
  asked: Asked,
  wait: WaitRequest["wait"],
  announce?: (reply: WaitReply) => Promise<void>,
): Promise<unknown> {
  const { key, position } = asked;
  const request: WaitRequest = { key, position, wait };
  return journal.within(asked, async (entry) => {
    if (entry !== undefined && entry.state !== "pending") return outcomeOf(entry);
    const reply = await journal.register(request);
    if (reply.entry.state === "pending") await announce?.(reply);
    return outcomeOf(await journal.settled(request, reply));
  });
}

function outcomeOf({ key, state, value, error }: JournalEntry): unknown {
  if (state === "completed") return value === undefined ? undefined : decodeValue(value);
  throw new StepError(key, error ?? { code: "WAIT_TIMED_OUT", name: "FlowwError", message: "Nothing came." });
}
