import { readFileSync } from "node:fs";

/** A process and its descendants; no more of them are looked for once they are over the bound. */
export function processFamily(leader: number, most = Number.POSITIVE_INFINITY): number[] {
  const found = [leader];
  for (let index = 0; index < found.length && found.length <= most; index++) {
    const parent = found[index]!;
    found.push(...readWords(`/proc/${parent}/task/${parent}/children`).map(Number));
  }
  return found;
}

/** Nothing when there is no such file (any more). */
export function readWords(file: string): string[] {
  try {
    return readFileSync(file, "utf8").split(/\s+/).filter(Boolean);
  } catch {
    return [];
  }
}
