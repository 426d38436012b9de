import { stripVTControlCharacters, styleText } from "node:util";
import type { RouteAnswer, Routes } from "@floww/contract/api";
import { FlowwError } from "@floww/contract/errors";
import type { RunEnd, RunLog } from "@floww/executor/host";
import { shellWord, vendorTrigger } from "../project/print-deployed.ts";
import type { Terminal } from "../terminal.ts";

type OpenedSession = RouteAnswer<Routes["openDevSession"]>;
type DevTrigger = OpenedSession["triggers"][number];

const STACK_LINES = 8;

/** What `floww dev` says, line by line. */
export class DevPrinter {
  readonly #terminal: Terminal;
  readonly #now: () => Date;

  constructor(terminal: Terminal, now: () => Date = () => new Date()) {
    this.#terminal = terminal;
    this.#now = now;
  }

  listening({ triggers, notes, warnings }: Pick<OpenedSession, "triggers" | "notes" | "warnings">): void {
    for (const trigger of triggers) this.#terminal.print(describeTrigger(trigger));
    for (const note of notes) this.#terminal.print(stripVTControlCharacters(note));
    for (const warning of warnings) this.warning(warning);
  }

  tapping(): void {
    this.#terminal.print(
      "Tapping: each event of the live version runs here too. Its answer goes nowhere; what it does outside is done twice.",
    );
  }

  inspector(address: string): void {
    this.#terminal.print(`Debugger: ${address} (attach your editor to port ${new URL(address).port})`);
  }

  live(ms: number): void {
    this.#line("green", `ready in ${ms} ms; waiting for events, and for the next save`);
  }

  broken(error: unknown, { hasGoodCode }: { hasGoodCode: boolean }): void {
    this.problem(error);
    this.#line("yellow", hasGoodCode ? "the last good code goes on running" : "nothing runs yet; save again");
  }

  started({ executionId, handlerId }: { executionId: string; handlerId: string }): void {
    this.#line("cyan", `${handlerId}  ${executionId}`);
  }

  log(_executionId: string, { level, text }: RunLog): void {
    const color =
      level === "error" ? "red" : level === "warn" ? "yellow" : level === "debug" ? "gray" : undefined;
    // User code's own escape sequences must not move this terminal's cursor or title.
    const line = `  ${level.padEnd(5)} ${stripVTControlCharacters(text.toString("utf8"))}`;
    this.#terminal.print(color === undefined ? line : styleText(color, line));
  }

  answered(executionId: string, status: number): void {
    this.#line("green", `answered ${status}; the handler goes on  ${executionId}`);
  }

  ended(executionId: string, end: RunEnd, ms: number): void {
    if (end.state === "completed") {
      const status = end.answer === undefined ? "" : ` ${end.answer.header.status}`;
      return this.#line("green", `completed${status} in ${ms} ms  ${executionId}`);
    }
    if (end.state === "waiting")
      return this.#line("yellow", `waits for ${end.keys.join(", ")} after ${ms} ms  ${executionId}`);
    this.#line("red", `${end.state} after ${ms} ms  ${executionId}`);
    const { source, stack, name, message } = end.error;
    if (source !== undefined) this.#terminal.print(`  at ${source.file}:${source.line}:${source.column}`);
    const lines = (stack ?? `${name}: ${message}`).split("\n").slice(0, STACK_LINES);
    for (const line of lines) this.#terminal.print(styleText("red", `  ${stripVTControlCharacters(line)}`));
  }

  warning(text: string): void {
    this.#line("yellow", stripVTControlCharacters(text));
  }

  connection(isConnected: boolean): void {
    if (isConnected) this.#line("green", "connected to the server again");
    else this.#line("yellow", "the server cannot be reached; trying again");
  }

  problem(error: unknown): void {
    const text = error instanceof FlowwError ? `${error.message}\n  ${error.fix}` : String(error);
    this.#line("red", stripVTControlCharacters(text));
  }

  #line(color: "green" | "yellow" | "red" | "cyan", text: string): void {
    const time = this.#now().toTimeString().slice(0, 8);
    this.#terminal.print(`${styleText("gray", time)} ${styleText(color, text)}`);
  }
}

function describeTrigger(trigger: DevTrigger): string {
  if (trigger.url !== undefined) return `Webhook registered: ${trigger.method} ${trigger.url}`;
  if (trigger.expression !== undefined)
    return `Schedule: ${trigger.expression} (${trigger.timezone}), next ${trigger.nextRunAt ?? "never"}`;
  if (trigger.provider.type !== "builtin") return `Events: ${vendorTrigger(trigger)}`;
  return `Manual trigger: floww trigger ${shellWord(trigger.name ?? trigger.handlerId)} --local`;
}
