import type { RouteAnswer, Routes } from "@floww/contract/api";
import { printable } from "../printable.ts";
import type { Terminal } from "../terminal.ts";
import { formatInstant } from "./format-time.ts";
import { formatContent, printFacts, printPart } from "./print-execution.ts";

export function printDelivery(terminal: Terminal, shown: RouteAnswer<Routes["getDelivery"]>): void {
  const query = shown.query === "" ? "" : `?${shown.query}`;
  const differs = shown.hasOtherBody ? ", with another body" : "";
  printFacts(terminal, [
    ["delivery", shown.id],
    ["verdict", shown.verdict],
    ["copy of", shown.copyOf === undefined ? undefined : `${shown.copyOf}${differs}`],
    ["received", formatInstant(shown.receivedAt)],
    ["request", `${shown.method} ${shown.path}${query}`],
    ["event", shown.eventName],
    ["from", shown.remoteAddress],
    ["body", `${shown.bodyBytes} bytes`],
  ]);
  printPart(terminal, "headers", shown.headers.map(([name, value]) => `${name}: ${value}`).join("\n"));
  printPart(terminal, "body", shown.body && formatContent(shown.body));
  const caused = shown.executions.map(({ id, status, replayOf }) =>
    printable(`${id}  ${status}${replayOf === undefined ? "" : `  replay of ${replayOf}`}`),
  );
  printPart(terminal, "executions", caused.length === 0 ? "none" : caused.join("\n"));
}
