import type { OpenedKeys } from "../domain/secrets/keys/open-keys.ts";
import { KEYS_CHANGED } from "../domain/secrets/keys/store.ts";
import type { Database } from "../platform/db/database.ts";
import { listen } from "../platform/db/listen.ts";

export interface KeyKeeper extends Pick<OpenedKeys, "ring" | "vault"> {
  /** Takes up the keys as they are now, and says so. */
  follow(): Promise<void>;
  stop(): Promise<void>;
}

/** Takes up new keys when somebody rotates them, and tells that this server has: nothing is written with one before all have. */
export async function keepKeys({
  database,
  serverId,
  keys,
  report,
}: {
  database: Database;
  serverId: string;
  keys: OpenedKeys;
  report(error: unknown): void;
}): Promise<KeyKeeper> {
  const follow = async () => {
    await keys.refresh();
    await keys.acknowledge(serverId);
  };
  const listener = await listen(database, KEYS_CHANGED, {
    onNotification: () => void follow().catch(report),
    onReconnect: () => void follow().catch(report),
  });
  return { ...keys, follow, stop: () => listener.close() };
}
