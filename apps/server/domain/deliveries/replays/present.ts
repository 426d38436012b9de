import type { replay, replayStatuses } from "@floww/contract/api";
import { formatId } from "@floww/contract/ids";
import type { z } from "zod";
import { type Replay, ReplayState } from "./store.ts";

const STATUSES: Readonly<Record<number, (typeof replayStatuses)[number]>> = {
  [ReplayState.running]: "running",
  [ReplayState.done]: "done",
  [ReplayState.cancelled]: "cancelled",
};

export function presentReplay(row: Replay): z.input<typeof replay> {
  return {
    id: formatId("replay", row.id),
    status: STATUSES[row.state] ?? "done",
    total: row.total,
    replayed: row.replayed,
    skipped: row.skipped,
    ...(row.problem === null ? {} : { problem: row.problem }),
    rate: row.rate,
    deployment: row.isOriginal ? "original" : "current",
    createdBy: row.createdBy,
    createdAt: row.createdAt.toISOString(),
    ...(row.finishedAt === null ? {} : { finishedAt: row.finishedAt.toISOString() }),
  };
}
