import type { RouteAnswer, Routes } from "@floww/contract/api";
import { printable } from "../printable.ts";
import type { Terminal } from "../terminal.ts";
import { formatClock, formatDuration, formatInstant } from "./format-time.ts";

export type ExecutionDetail = RouteAnswer<Routes["getExecution"]>;
export type LogLine = RouteAnswer<Routes["listExecutionLogs"]>["items"][number];
type Content = NonNullable<ExecutionDetail["output"]>;

export type JournalEntry = RouteAnswer<Routes["listSteps"]>["items"][number];

export function printExecution(
  terminal: Terminal,
  shown: ExecutionDetail,
  { logs, steps = [] }: { logs: readonly LogLine[]; steps?: readonly JournalEntry[] },
): void {
  printFacts(terminal, [
    ["execution", shown.id],
    ["status", shown.status],
    [
      "held by",
      shown.heldBy && `${shown.heldBy}, whose credential was refused; set a new one: floww providers`,
    ],
    ["code", shown.error?.code],
    ["trigger", shown.handlerId],
    ["origin", shown.replayOf === undefined ? shown.origin : `replay of ${shown.replayOf}`],
    ["batch", shown.batchId],
    ["version", shown.version?.toString()],
    ["received", formatInstant(shown.createdAt)],
    ["duration", formatDuration(shown.durationMs) || undefined],
    ["attempt", shown.attempt > 1 ? String(shown.attempt) : undefined],
    ["answer", shown.answer?.status.toString()],
  ]);
  printPart(terminal, "input", shown.input && formatContent(shown.input));
  printPart(terminal, "output", shown.output && formatContent(shown.output));
  printPart(terminal, "error", shown.error && formatRunError(shown.error));
  printPart(terminal, "steps", steps.length === 0 ? undefined : steps.map(formatStep).join("\n"));
  printPart(terminal, "logs", logs.length === 0 ? undefined : logs.map(formatLogLine).join("\n"));
}

export function formatLogLine({ at, level, text }: LogLine): string {
  return `${formatClock(at)}  ${level.padEnd(5)}  ${printable(text)}`;
}

function formatStep({ key, kind, status, attempts, dueAt, error }: JournalEntry): string {
  const tries = attempts > 1 ? `, ${attempts} tries` : "";
  const until = dueAt === undefined ? "" : `, until ${formatInstant(dueAt)}`;
  const why = error === undefined ? "" : `: ${error.message}`;
  return `${status.padEnd(9)}  ${kind.padEnd(8)}  ${key}${tries}${until}${why}`;
}

/** JSON as it would be written by hand, text as it is, bytes in base64. */
export function formatContent(content: Content): string {
  return content.kind === "json" ? JSON.stringify(content.value, null, 2) : content.value;
}

/** The author's line first; then the stack as it was. */
export function formatRunError({
  code,
  name,
  message,
  source,
  stack,
}: NonNullable<ExecutionDetail["error"]>): string {
  const place = source === undefined ? "" : ` (${source.file}:${source.line}:${source.column})`;
  const head = `${name === "FlowwError" ? code : name}: ${message}${place}`;
  const frames = (stack ?? "").split("\n").filter((line) => /^\s+at /.test(line));
  return [head, ...frames].join("\n");
}

/** A line each, of those that are known. */
export function printFacts(
  terminal: Terminal,
  facts: readonly (readonly [name: string, value: string | undefined])[],
): void {
  for (const [name, value] of facts) {
    if (value !== undefined) terminal.print(`${name.padEnd(9)}  ${printable(value)}`);
  }
}

export function printPart(terminal: Terminal, title: string, text: string | undefined): void {
  if (text === undefined) return;
  terminal.print(`\n${title}`);
  for (const line of printable(text).split("\n")) terminal.print(`  ${line}`);
}
