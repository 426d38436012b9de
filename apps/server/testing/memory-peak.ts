import { readFile, writeFile } from "node:fs/promises";

/** The highest resident memory of a process as the kernel keeps it (VmHWM): no peak between two looks is missed. */
export async function startPeak(pid: number): Promise<void> {
  await writeFile(`/proc/${pid}/clear_refs`, "5");
}

/** In bytes, since the last `startPeak`. */
export async function peakOf(pid: number): Promise<number> {
  return readKilobytes(pid, "VmHWM");
}

export async function residentOf(pid: number): Promise<number> {
  return readKilobytes(pid, "VmRSS");
}

async function readKilobytes(pid: number, field: string): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return Number(status.match(new RegExp(`^${field}:\\s+(\\d+) kB$`, "m"))?.[1] ?? 0) * 1024;
}
