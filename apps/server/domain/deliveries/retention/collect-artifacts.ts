import type { ArtifactStore } from "../../../platform/blobs/artifact-store.ts";
import type { Queryable } from "../../../platform/db/database.ts";

const BATCH = 100;
/** Between an artifact's being put and the commit of its row lies a moment; an hour is a moment on any machine. */
const YOUNG_MS = 60 * 60 * 1000;

interface Candidate {
  namespaceId: string;
  hash: string;
}

/** Removes artifacts of rows that are gone, unless another row of the namespace has the same bytes. */
export async function collectArtifacts(
  { database, artifacts }: { database: Queryable; artifacts: ArtifactStore },
  { signal, youngMs = YOUNG_MS }: { signal: AbortSignal; youngMs?: number },
): Promise<void> {
  let after: Candidate = { namespaceId: "00000000-0000-0000-0000-000000000000", hash: "" };
  while (!signal.aborted) {
    const candidates = await listCandidates(database, after);
    for (const { namespaceId, hash } of candidates) {
      const isWanted = () => isReferenced(database, { namespaceId, hash });
      const isDecided =
        (await isWanted()) ||
        (await artifacts.collect(namespaceId, hash, { olderThanMs: youngMs, isWanted }));
      if (!isDecided) continue;
      await database.query("delete from artifact_candidates where namespace_id = $1 and hash = $2", [
        namespaceId,
        hash,
      ]);
    }
    const last = candidates.at(-1);
    if (last === undefined || candidates.length < BATCH) return;
    after = last;
  }
}

/** Of one that may have come without its row: the next round looks whether any names it. */
export async function noteArtifact(database: Queryable, { namespaceId, hash }: Candidate): Promise<void> {
  await database.query(
    "insert into artifact_candidates (namespace_id, hash) values ($1, $2) on conflict do nothing",
    [namespaceId, hash],
  );
}

async function listCandidates(database: Queryable, after: Candidate): Promise<Candidate[]> {
  const found = await database.query<Candidate>(
    `select namespace_id as "namespaceId", hash from artifact_candidates
     where (namespace_id, hash) > ($1, $2) order by namespace_id, hash limit ${BATCH}`,
    [after.namespaceId, after.hash],
  );
  return found.rows;
}

/** Every place that names an artifact. */
async function isReferenced(database: Queryable, { namespaceId, hash }: Candidate): Promise<boolean> {
  const found = await database.query<{ isThere: boolean }>(
    `select exists (select from deliveries where body_artifact = $2 and namespace_id = $1)
       or exists (select from executions where input_artifact = $2 and namespace_id = $1)
       or exists (select from executions where output_artifact = $2 and namespace_id = $1)
       or exists (select from journal_entries where value_artifact = $2 and namespace_id = $1)
       or exists (select from bundles where hash = $2 and namespace_id = $1)
       or exists (select from replays where input_artifact = $2 and namespace_id = $1 and state = 0) as "isThere"`,
    [namespaceId, hash],
  );
  return found.rows[0]!.isThere;
}
