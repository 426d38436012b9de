import { FlowwError } from "@floww/contract/errors";
import type { JournalEntry } from "@floww/contract/host-calls";
import type { ArtifactStore } from "../../platform/blobs/artifact-store.ts";
import type { Queryable } from "../../platform/db/database.ts";
import type { RunIdentity } from "../executions/host-operations.ts";
import { presentEntry } from "./present.ts";
import { listEntries, settleDue } from "./store.ts";

const PAGE = 200;
/** A reply is one frame: one entry more than this fits in any case. */
const PAGE_BYTES = 4 * 1024 * 1024;

/** A page of the journal, after so many entries. What is due is settled first. */
export async function readJournal(
  { database, artifacts }: { database: Queryable; artifacts: ArtifactStore },
  { id, namespaceId }: RunIdentity,
  after: number,
): Promise<{ entries: JournalEntry[]; hasMore: boolean }> {
  if (after === 0) await settleDue(database, id, timedOut());
  const rows = await listEntries(database, id, { after, limit: PAGE + 1 });
  const entries: JournalEntry[] = [];
  let bytes = 0;
  for (const row of rows.slice(0, PAGE)) {
    const entry = await presentEntry(row, { artifacts, namespaceId });
    entries.push(entry);
    bytes += entry.value?.length ?? 0;
    if (bytes > PAGE_BYTES) break;
  }
  return { entries, hasMore: entries.length < rows.length };
}

export function timedOut(): Buffer {
  const { code, message } = new FlowwError("WAIT_TIMED_OUT");
  return Buffer.from(JSON.stringify({ code, name: "FlowwError", message }));
}
