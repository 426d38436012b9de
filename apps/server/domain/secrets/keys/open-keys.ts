import { FlowwError } from "@floww/contract/errors";
import type { Database, Queryable } from "../../../platform/db/database.ts";
import { createKeyRing, type KeyRing } from "../../../platform/keys/key-ring.ts";
import type { KeyWrapper } from "../../../platform/keys/key-wrapper.ts";
import { recordKeyId, Vault } from "../vault.ts";
import {
  acknowledgeKeys,
  findCurrent,
  findNewest,
  insertKey,
  listKeys,
  lockKeys,
  type StoredKey,
  setWrapped,
} from "./store.ts";

const MASTER_ID = "master";

export interface OpenedKeys {
  /** For signatures, cookies and links: the same for as long as the database lives. */
  ring: KeyRing;
  /** For records, whichever version of the keys they name. */
  vault: Vault;
  /** Takes up what changed since; the last call decides. */
  refresh(): Promise<void>;
  /** Says what this server has taken up, for who rotates. */
  acknowledge(serverId: string): Promise<void>;
}

/**
 * The keys of the database, unwrapped once; the first start makes them.
 *
 * @throws FlowwError MASTER_KEY_WRONG, KEYS_ELSEWHERE, KEYS_UNAVAILABLE, KEYS_REFUSED
 */
export async function openKeys(database: Database, wrapper: KeyWrapper): Promise<OpenedKeys> {
  await ensureKeys(database, wrapper);
  const stored = await listKeys(database);
  const master = await unwrap(wrapper, stored.find(({ use }) => use === "master")!);
  const ring = createKeyRing(master);
  const current = findCurrent(stored)!;
  const vault = new Vault(createKeyRing(await unwrap(wrapper, current)));
  let taken = { newest: current.version, current: current.version };
  const takeUp = async (keys: readonly StoredKey[]) => {
    const records = keys.filter(({ use }) => use === "records");
    for (const key of records) if (!vault.has(key.id)) vault.add(createKeyRing(await unwrap(wrapper, key)));
    const writesWith = findCurrent(records)!;
    vault.writeWith(writesWith.id);
    taken = { newest: findNewest(records)!.version, current: writesWith.version };
  };
  await takeUp(stored);
  let turn = Promise.resolve();
  return {
    ring,
    vault,
    refresh: () => {
      turn = turn.catch(() => undefined).then(async () => takeUp(await listKeys(database)));
      return turn;
    },
    acknowledge: (serverId) => acknowledgeKeys(database, serverId, taken),
  };
}

/** True when another outer key than the one at hand may be needed: none is made for such a database. */
export async function hasKeys(database: Queryable): Promise<boolean> {
  return (await listKeys(database)).length > 0;
}

/** One server makes them, and the others of the same moment take those. */
async function ensureKeys(database: Database, wrapper: KeyWrapper): Promise<void> {
  await database.transaction(async (transaction) => {
    await lockKeys(transaction);
    const stored = await listKeys(transaction);
    if (stored.some(({ use }) => use === "master")) return;
    const master = wrapper.createMaster();
    const recordId = recordKeyId(createKeyRing(master));
    // What servers of before wrote with: this very key, or one that only its own master.key gives.
    const foreign = stored.find(({ id }) => id !== recordId);
    if (foreign !== undefined)
      throw new FlowwError(
        "MASTER_KEY_WRONG",
        `Values of this database were encrypted under another master.key (key ${foreign.id}).`,
      );
    const wrapped = async (id: string) => ({
      wrapped: await wrapper.wrap(id, master),
      wrappedBy: wrapper.name,
    });
    const first = { version: 1, isFirst: true };
    await insertKey(transaction, { id: MASTER_ID, use: "master", ...first, ...(await wrapped(MASTER_ID)) });
    if (stored.length > 0) await setWrapped(transaction, recordId, await wrapped(recordId));
    else
      await insertKey(transaction, { id: recordId, use: "records", ...first, ...(await wrapped(recordId)) });
  });
}

/** @throws FlowwError MASTER_KEY_WRONG, KEYS_ELSEWHERE, KEYS_UNAVAILABLE, KEYS_REFUSED */
export async function unwrap(
  wrapper: KeyWrapper,
  { id, wrapped, wrappedBy }: Pick<StoredKey, "id" | "wrapped" | "wrappedBy">,
): Promise<Buffer> {
  if (wrapped === null || wrappedBy === null)
    throw new FlowwError("MASTER_KEY_WRONG", `The key ${id} was never taken up.`);
  const kindOf = (name: string) => name.slice(0, name.indexOf(":"));
  if (kindOf(wrappedBy) !== kindOf(wrapper.name))
    throw new FlowwError(
      "KEYS_ELSEWHERE",
      `The database's keys are protected by ${wrappedBy}, and this server has ${wrapper.name}.`,
    );
  return wrapper.unwrap(id, wrapped);
}
