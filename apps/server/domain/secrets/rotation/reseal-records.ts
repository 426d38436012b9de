import { setTimeout as delay } from "node:timers/promises";
import type { Database } from "../../../platform/db/database.ts";
import type { Vault } from "../vault.ts";
import type { SealedTable } from "./sealed-table.ts";

/** What one transaction locks: a write to one of these records waits for some milliseconds. */
const BATCH = 100;
const FIRST = "00000000-0000-0000-0000-000000000000";

export interface Resealed {
  records: number;
  /** `secrets 0190…`: those that do not open. They stay as they are. */
  unreadable: string[];
}

interface SealedRow {
  id: string;
  namespaceId: string;
  version: number;
  keyId: string;
  sealed: Buffer;
}

/**
 * Goes once over a table and encrypts again, with the vault's present key, what names another one. Records that somebody
 * else writes at that moment are left out: they are written with the present key, or found by the next pass.
 */
export async function resealTable(
  context: { database: Database; vault: Vault; signal?: AbortSignal | undefined },
  table: SealedTable,
): Promise<Resealed> {
  const total: Resealed = { records: 0, unreadable: [] };
  for (let after = FIRST; ; ) {
    const startedAt = performance.now();
    const batch = await resealBatch(context, { table, after });
    total.records += batch.records;
    total.unreadable.push(...batch.unreadable);
    if (batch.last === undefined) return total;
    after = batch.last;
    context.signal?.throwIfAborted();
    // Half of the time is everybody else's.
    await delay(performance.now() - startedAt);
  }
}

function resealBatch(
  { database, vault }: { database: Database; vault: Vault },
  { table, after }: { table: SealedTable; after: string },
): Promise<Resealed & { last: string | undefined }> {
  return database.transaction(async (transaction) => {
    const { keyId } = vault;
    const { rows } = await transaction.query<SealedRow>(
      `select id, namespace_id as "namespaceId", ${table.version} as version, key_id as "keyId", sealed
       from ${table.name} where key_id <> $1 and id > $2 order by id limit ${BATCH} for no key update skip locked`,
      [keyId, after],
    );
    const unreadable: string[] = [];
    const resealed = rows.flatMap((row) => {
      const name = {
        kind: table.kind,
        namespaceId: row.namespaceId,
        recordId: row.id,
        version: row.version,
      };
      try {
        return [{ id: row.id, sealed: vault.seal(name, vault.open(name, row)).sealed }];
      } catch {
        unreadable.push(`${table.name} ${row.id}`);
        return [];
      }
    });
    await transaction.query(
      `update ${table.name} t set key_id = $1, sealed = new.sealed
       from unnest($2::uuid[], $3::bytea[]) as new (id, sealed) where t.id = new.id`,
      [keyId, resealed.map(({ id }) => id), resealed.map(({ sealed }) => sealed)],
    );
    return { records: resealed.length, unreadable, last: rows.at(-1)?.id };
  });
}
