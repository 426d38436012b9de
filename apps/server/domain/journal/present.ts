import type { journalEntry, wait } from "@floww/contract/api";
import type { JournalEntry } from "@floww/contract/host-calls";
import { formatId } from "@floww/contract/ids";
import type { z } from "zod";
import type { ArtifactStore } from "../../platform/blobs/artifact-store.ts";
import { JournalState, journalKindName, journalStateName } from "./states.ts";
import type { OutsideWait, StoredEntry } from "./store.ts";

export function presentWait(row: OutsideWait): z.input<typeof wait> {
  return {
    id: formatId("wait", row.id),
    executionId: formatId("execution", row.executionId),
    key: row.key.toString("utf8"),
    // A sleep or a step has no wait of its own.
    kind: journalKindName(row.kind) as z.input<typeof wait>["kind"],
    ...(row.name === null ? {} : { name: row.name.toString("utf8") }),
    createdAt: row.createdAt.toISOString(),
    dueAt: row.dueAt.toISOString(),
  };
}

/** An entry as people see it: what it came to is the run's own business. */
export function presentStep(row: StoredEntry): z.input<typeof journalEntry> {
  return {
    key: row.key.toString("utf8"),
    kind: journalKindName(row.kind),
    position: row.position,
    status: journalStateName(row.state),
    attempts: row.attempts,
    createdAt: row.createdAt.toISOString(),
    ...(row.settledAt === null ? {} : { settledAt: row.settledAt.toISOString() }),
    ...(row.dueAt === null || row.state !== JournalState.pending ? {} : { dueAt: row.dueAt.toISOString() }),
    ...(row.error === null ? {} : { error: JSON.parse(row.error.toString("utf8")) }),
  };
}

/** An entry as the run reads it. */
export async function presentEntry(
  row: StoredEntry,
  { artifacts, namespaceId }: { artifacts: ArtifactStore; namespaceId: string },
): Promise<JournalEntry> {
  const value = row.valueArtifact === null ? row.value : await artifacts.get(namespaceId, row.valueArtifact);
  return {
    key: row.key.toString("utf8"),
    kind: journalKindName(row.kind),
    position: row.position,
    state: journalStateName(row.state),
    ...(value === null ? {} : { value: Buffer.from(value).toString("utf8") }),
    ...(row.error === null ? {} : { error: JSON.parse(row.error.toString("utf8")) }),
    attempts: row.attempts,
    ...(row.dueAt === null || row.state !== JournalState.pending ? {} : { dueAtMs: row.dueAt.getTime() }),
  };
}
