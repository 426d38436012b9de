import { type DyingHeader, FromExecutor } from "@floww/contract/frames";
import type { Channel } from "./channel.ts";
import { toWireError } from "./wire-error.ts";

interface Guarded {
  /** The run that the calling code belongs to; 0 for none. */
  currentRun(): number;
  channel: Channel;
  /** Before anybody is charged: what the runs still have to say. */
  sayRest(): void;
}

/**
 * Says who is charged before the process ends: an exit, an uncaught error and an unhandled rejection all carry the
 * async context of the code that caused them. The process never survives one, its state can no longer be trusted.
 */
export function guardProcess({ currentRun, channel, sayRest }: Guarded): void {
  const exit = process.exit.bind(process);
  const die = (header: DyingHeader, code: number): never => {
    sayRest();
    channel.sendLast(FromExecutor.dying, currentRun(), header);
    return exit(code);
  };
  process.exit = (code) => {
    const exitCode = Number(code ?? process.exitCode ?? 0);
    return die({ reason: "exit", exitCode }, exitCode);
  };
  process.on("uncaughtException", (error) => {
    die({ reason: "uncaught", error: toWireError(error, "UNCAUGHT_ERROR") }, 1);
  });
  process.on("unhandledRejection", (reason) => {
    die({ reason: "uncaught", error: toWireError(reason, "UNCAUGHT_ERROR") }, 1);
  });
}
