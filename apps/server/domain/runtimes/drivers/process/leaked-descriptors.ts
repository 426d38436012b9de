import { readdirSync, readFileSync } from "node:fs";

const CLOSE_ON_EXEC = 0o2000000;
/** Beyond it nothing is covered: a table this large would be made for each start. */
const DESCRIPTORS_MAX = 1_024;

/**
 * What has to stand in a child's table of descriptors, after those that it is given, so that it inherits none. Node opens
 * everything close-on-exec; but whoever started the server may have left it descriptors that go on to every child of ours.
 */
export function leakedDescriptors(given: number): "ignore"[] {
  const highest = Math.max(...inheritable().filter((fd) => fd < DESCRIPTORS_MAX));
  return new Array<"ignore">(Math.max(0, highest + 1 - given)).fill("ignore");
}

function inheritable(): number[] {
  try {
    return readdirSync("/proc/self/fdinfo").map(Number).filter(isInheritable);
  } catch {
    // No /proc: not Linux, and no bubblewrap either.
    return [];
  }
}

function isInheritable(fd: number): boolean {
  try {
    const flags = readFileSync(`/proc/self/fdinfo/${fd}`, "utf8").match(/^flags:\s*([0-7]+)$/m)?.[1];
    return flags !== undefined && (Number.parseInt(flags, 8) & CLOSE_ON_EXEC) === 0;
  } catch {
    return false; // the one that listed the folder, closed by now
  }
}
