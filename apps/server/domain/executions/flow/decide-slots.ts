import type { TriggerOptions } from "@floww/contract/trigger-options";

/** One execution that waits for its turn. */
export interface HeldRun {
  id: string;
  /** Never started. One that was (it slept, or pauses between attempts) waits for a free slot whatever the strategy. */
  isNew: boolean;
}

/** The runs of one flow key. */
export interface Slots {
  limit: number;
  strategy: NonNullable<TriggerOptions["concurrency"]>["strategy"];
  /** How many are under way, or claimed soon. */
  running: number;
  /** In the order in which they may go. */
  held: readonly HeldRun[];
}

export interface SlotDecision {
  admitted: string[];
  dropped: string[];
  /** Held ones that newer ones take the place of. */
  replaced: string[];
  /** So many of the running ones, the oldest, make room. */
  replacedRunning: number;
}

/** Who goes, who is dropped and who makes room. */
export function decideSlots({ limit, strategy, running, held }: Slots): SlotDecision {
  const free = Math.max(0, limit - running);
  const decision = { dropped: [], replaced: [], replacedRunning: 0 };
  if (strategy === "cancel-running") return replaceOldest({ limit, running, held });
  const admitted = held.slice(0, free);
  if (strategy === "queue") return { ...decision, admitted: admitted.map(idOf) };
  const dropped = held.slice(free).filter(({ isNew }) => isNew);
  return { ...decision, admitted: admitted.map(idOf), dropped: dropped.map(idOf) };
}

function replaceOldest({ limit, running, held }: Omit<Slots, "strategy">): SlotDecision {
  const fresh = held.filter(({ isNew }) => isNew);
  const newest = fresh.slice(-limit);
  const replacedRunning = Math.min(running, Math.max(0, running + newest.length - limit));
  const free = Math.max(0, limit - (running - replacedRunning) - newest.length);
  const resumed = held.filter(({ isNew }) => !isNew).slice(0, free);
  return {
    admitted: [...newest, ...resumed].map(idOf),
    dropped: [],
    replaced: fresh.slice(0, -limit).map(idOf),
    replacedRunning,
  };
}

function idOf({ id }: HeldRun): string {
  return id;
}
