import { randomBytes } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { FlowwError } from "@floww/contract/errors";
import { type Database, isForeignKeyViolation } from "../../../platform/db/database.ts";
import { createKeyRing, KEY_BYTES } from "../../../platform/keys/key-ring.ts";
import type { KeyWrapper } from "../../../platform/keys/key-wrapper.ts";
import type { OpenedKeys } from "../keys/open-keys.ts";
import {
  findNewest,
  finishKey,
  insertKey,
  listKeys,
  lockKeys,
  makeKeyCurrent,
  notifyKeysChanged,
  removeKey,
} from "../keys/store.ts";
import { recordKeyId } from "../vault.ts";
import { awaitServers } from "./await-servers.ts";
import { resealTable } from "./reseal-records.ts";
import type { SealedTable } from "./sealed-table.ts";

export interface RotationContext {
  database: Database;
  wrapper: KeyWrapper;
  keys: OpenedKeys;
  /** Every table with encrypted records. */
  tables: readonly SealedTable[];
  /** How long servers may take to take up a key; default 30 s. */
  waitMs?: number;
  signal?: AbortSignal;
}

export interface Rotation {
  /** Of the key that records are encrypted with now. */
  version: number;
  /** An earlier rotation had begun it. */
  isContinued: boolean;
  /** Records that were encrypted again. */
  records: number;
  /** Those that do not open: they keep their key from being removed. */
  unreadable: string[];
  /** Versions that are gone. */
  removed: number[];
}

const WAIT_MS = 30_000;
/** Passes over the tables: each finds what was written or locked during the last one. */
const PASSES_MAX = 1_000;
const PASS_PAUSE_MS = 20;

/**
 * Makes a new key the one that records are encrypted with, encrypts all that there are again, and removes the older keys.
 * It may end anywhere: the next call goes on with the same key. Two take turns.
 *
 * @throws FlowwError KEY_NOT_TAKEN_UP, KEYS_UNAVAILABLE, KEYS_REFUSED, CONFLICT_RETRY
 */
export async function rotateKeys(context: RotationContext): Promise<Rotation> {
  const { database, keys, waitMs = WAIT_MS } = context;
  const turn = await database.connect();
  try {
    await turn.query("select pg_advisory_lock(hashtextextended('key rotation', 0))");
    const { id, version, isContinued } = await addKey(context);
    // Nobody writes with a key that another server could not read.
    await awaitServers(database, { version, what: "newest", waitMs });
    await makeKeyCurrent(database, id);
    // Nobody writes with an older one, but for what is on its way.
    await awaitServers(database, { version, what: "current", waitMs });
    await keys.refresh();
    const resealed = await resealAll(context, version);
    await finishKey(database, id);
    await notifyKeysChanged(database);
    return { version, isContinued, ...resealed };
  } finally {
    await turn.end();
  }
}

/** A new one, or the one that an earlier rotation did not come to the end with. */
function addKey({
  database,
  wrapper,
}: RotationContext): Promise<{ id: string; version: number; isContinued: boolean }> {
  return database.transaction(async (transaction) => {
    await lockKeys(transaction);
    const newest = findNewest(await listKeys(transaction))!;
    if (newest.finishedAt === null) return { id: newest.id, version: newest.version, isContinued: true };
    const material = randomBytes(KEY_BYTES);
    const id = recordKeyId(createKeyRing(material));
    const version = newest.version + 1;
    const wrapped = await wrapper.wrap(id, material);
    await insertKey(transaction, {
      id,
      use: "records",
      version,
      wrapped,
      wrappedBy: wrapper.name,
      isFirst: false,
    });
    return { id, version, isContinued: false };
  });
}

async function resealAll(
  context: RotationContext,
  version: number,
): Promise<Pick<Rotation, "records" | "unreadable" | "removed">> {
  const { database, tables } = context;
  const { vault } = context.keys;
  const total: Pick<Rotation, "records" | "unreadable" | "removed"> = {
    records: 0,
    unreadable: [],
    removed: [],
  };
  for (let pass = 1; pass <= PASSES_MAX; pass++) {
    total.unreadable = [];
    for (const table of tables) {
      const resealed = await resealTable({ database, vault, signal: context.signal }, table);
      total.records += resealed.records;
      total.unreadable.push(...resealed.unreadable);
    }
    const removed = await removeOlder(database, version);
    total.removed.push(...removed.versions);
    const { length: unreadable } = total.unreadable;
    if (removed.isAll || (unreadable > 0 && (await countOthers(context)) <= unreadable)) return total;
    await delay(PASS_PAUSE_MS);
  }
  throw new FlowwError("CONFLICT_RETRY", "Records of the older key are locked, or written all the time.", {
    fix: "Rotate again: it goes on with the same key.",
  });
}

async function removeOlder(
  database: Database,
  version: number,
): Promise<{ versions: number[]; isAll: boolean }> {
  const stored = await listKeys(database);
  const older = stored.filter((key) => key.use === "records" && key.version < version);
  const versions: number[] = [];
  for (const key of older) if (await isRemoved(database, key.id)) versions.push(key.version);
  return { versions, isAll: versions.length === older.length };
}

/** Also what is on its way at this moment counts: it holds its key's row until it commits. */
async function isRemoved(database: Database, id: string): Promise<boolean> {
  try {
    await removeKey(database, id);
    return true;
  } catch (error) {
    if (isForeignKeyViolation(error)) return false;
    throw error;
  }
}

async function countOthers({ database, keys, tables }: RotationContext): Promise<number> {
  let count = 0;
  for (const { name } of tables) {
    const counted = await database.query<{ count: number }>(
      `select count(*)::integer as count from ${name} where key_id <> $1`,
      [keys.vault.keyId],
    );
    count += counted.rows[0]!.count;
  }
  return count;
}
