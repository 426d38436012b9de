import type { JournalError } from "@floww/contract/host-calls";

/** A step that failed on its last try, as the handler sees it: the same when the run goes on later from its journal. */
export class StepError extends Error {
  override readonly name = "StepError";
  readonly code: string;
  /** The step's name, with its number when the name came before. */
  readonly step: string;

  /** `cause`: what was thrown, in the start in which that happened; later the journal's record of it. */
  constructor(step: string, error: JournalError, cause: unknown = recorded(error)) {
    super(`"${step}" failed: ${error.message}`, { cause });
    this.step = step;
    this.code = error.code;
  }
}

function recorded({ name, message, stack }: JournalError): Error {
  const error = new Error(message);
  error.name = name;
  if (stack !== undefined) error.stack = stack;
  return error;
}
