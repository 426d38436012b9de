import { format } from "node:util";
import type { LogLevel } from "@floww/contract/abi";

/** `console` writes to the log of the run that calls it. The other methods (table, dir, …) go on to stdout. */
export function captureConsole(log: (level: LogLevel, text: string) => void): void {
  const levels = {
    debug: "debug",
    log: "info",
    info: "info",
    warn: "warn",
    error: "error",
    trace: "debug",
  } as const;
  for (const [method, level] of Object.entries(levels)) {
    console[method as keyof typeof levels] = (...values: unknown[]) => log(level, format(...values));
  }
}
