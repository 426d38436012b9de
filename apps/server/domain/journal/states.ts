import type { JournalKind } from "@floww/contract/host-calls";

/**
 * A journal entry, as it stands in the database.
 *
 *   pending ──> completed | failed
 *
 * A step is recorded settled at once, or pending until it is tried again; a wait is pending until what it waits for comes,
 * or is due. Nothing leaves a settled state: what a run has seen of its journal stays true.
 */
export const JournalState = { pending: 0, completed: 1, failed: 2 } as const;

export const JournalKindNumber = {
  step: 1,
  sleep: 2,
  event: 3,
  approval: 4,
  callback: 5,
  invoke: 6,
} as const satisfies Record<JournalKind, number>;

const KINDS = new Map(Object.entries(JournalKindNumber).map(([name, value]) => [value, name as JournalKind]));
const STATES = new Map(
  Object.entries(JournalState).map(([name, value]) => [value, name as keyof typeof JournalState]),
);

export function journalKindName(value: number): JournalKind {
  return KINDS.get(value as never) ?? "step";
}

export function journalStateName(value: number): keyof typeof JournalState {
  return STATES.get(value as never) ?? "pending";
}
