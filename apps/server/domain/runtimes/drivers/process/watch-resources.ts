import type { ChildProcess } from "node:child_process";
import type { ErrorCode } from "@floww/contract/errors";
import { limits } from "@floww/contract/limits";
import { processFamily, readWords } from "./process-family.ts";

const EVERY_MS = 250;
const PAGE_BYTES = 4_096;

/**
 * Stands in where control groups cannot be written: looks at a process and its descendants a few times a second, and
 * ends them when they hold more memory, or are more, than they may. It can be outrun; it is better than nothing.
 */
export function watchResources(child: ChildProcess): () => ErrorCode | undefined {
  let cause: ErrorCode | undefined;
  const { pid } = child;
  if (pid === undefined) return () => undefined;
  const timer = setInterval(() => {
    const family = processFamily(pid, limits.processPidsMax);
    const bytes = family.reduce((sum, member) => sum + residentBytes(member), 0);
    if (bytes > limits.processMemoryBytesMax) cause = "OUT_OF_MEMORY";
    if (bytes > limits.processMemoryBytesMax || family.length > limits.processPidsMax) child.kill("SIGKILL");
  }, EVERY_MS);
  timer.unref();
  child.once("close", () => clearInterval(timer));
  return () => cause;
}

function residentBytes(pid: number): number {
  return Number(readWords(`/proc/${pid}/statm`)[1] ?? 0) * PAGE_BYTES;
}
