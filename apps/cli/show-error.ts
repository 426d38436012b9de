import { FlowwError } from "@floww/contract/errors";
import { printable } from "./printable.ts";
import type { Terminal } from "./terminal.ts";

/** What happened and what to do next. A stack trace of ours only for those who asked for it. */
export function showError(terminal: Terminal, error: unknown, isDebug: boolean): void {
  if (error instanceof FlowwError) {
    terminal.note(`error: ${printable(error.message)}`);
    const frame = (error.details as { frame?: unknown } | undefined)?.frame;
    if (typeof frame === "string") terminal.note(`\n${printable(frame)}\n`);
    terminal.note(printable(error.fix));
  } else {
    terminal.note(`error: ${printable(messageOf(error))}`);
    if (!isDebug) terminal.note("This was not expected. Set FLOWW_DEBUG=1 to see where it happened.");
  }
  if (isDebug) terminal.note(stackOf(error));
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? "" : `\nCaused by: ${stackOf(error.cause)}`;
  return `${error.stack ?? error.message}${cause}`;
}
