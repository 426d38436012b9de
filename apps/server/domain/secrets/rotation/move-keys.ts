import type { Database } from "../../../platform/db/database.ts";
import type { KeyWrapper } from "../../../platform/keys/key-wrapper.ts";
import { unwrap } from "../keys/open-keys.ts";
import { listKeys, lockKeys, setWrapped } from "../keys/store.ts";

/**
 * Wraps every key with another outer one, in one transaction; the keys themselves and all records stay. Servers that run have
 * theirs unwrapped and go on. Resolves to how many there are.
 */
export function moveKeys(
  database: Database,
  { from, to }: { from: KeyWrapper; to: KeyWrapper },
): Promise<number> {
  return database.transaction(async (transaction) => {
    await lockKeys(transaction);
    const keys = await listKeys(transaction);
    for (const key of keys) {
      const wrapped = await to.wrap(key.id, await unwrap(from, key));
      await setWrapped(transaction, key.id, { wrapped, wrappedBy: to.name });
    }
    return keys.length;
  });
}
