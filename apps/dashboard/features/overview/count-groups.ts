import type { Counts } from "./types.ts";

/** Statuses as an overview shows them: what is good, what is bad, what goes on. */
export const countGroups = [
  { key: "completed", label: "Completed", colour: "--good", statuses: ["completed"] },
  { key: "failed", label: "Failed", colour: "--danger", statuses: ["failed", "timed_out", "interrupted"] },
  { key: "cancelled", label: "Cancelled", colour: "--strong-line", statuses: ["cancelled"] },
  { key: "unfinished", label: "Under way", colour: "--busy", statuses: ["received", "waiting", "started"] },
] as const;

export type CountGroup = (typeof countGroups)[number];

export function countOf(counts: Counts, { statuses }: CountGroup): number {
  return statuses.reduce((sum, status) => sum + (counts[status] ?? 0), 0);
}

export function totalOf(counts: Counts): number {
  return countGroups.reduce((sum, group) => sum + countOf(counts, group), 0);
}

const FAILED = countGroups[1];
const CANCELLED = countGroups[2];
const UNFINISHED = countGroups[3];

/** Of those that ended by themselves: the share that failed, from 0 to 1; undefined where none has. */
export function failureRate(counts: Counts): number | undefined {
  const ended = totalOf(counts) - countOf(counts, UNFINISHED) - countOf(counts, CANCELLED);
  return ended === 0 ? undefined : countOf(counts, FAILED) / ended;
}

export function failedOf(counts: Counts): number {
  return countOf(counts, FAILED);
}
