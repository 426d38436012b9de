import type { Database } from "./database.ts";

const RECONNECT_MS = 500;

export interface Listener {
  close(): Promise<void>;
}

/**
 * LISTEN on one channel, on a connection of its own. A notification that is sent while the connection is down is lost:
 * `onReconnect` must then read everything again.
 */
export async function listen(
  database: Database,
  channel: string,
  { onNotification, onReconnect }: { onNotification(payload: string): void; onReconnect(): void },
): Promise<Listener> {
  let isClosed = false;
  const open = async () => {
    const client = await database.connect();
    client.on("notification", ({ payload }) => onNotification(payload ?? ""));
    client.once("error", () => client.end().catch(() => undefined));
    client.once("end", () => {
      if (!isClosed) setTimeout(reopen, RECONNECT_MS);
    });
    await client.query(`listen ${channel}`);
    return client;
  };
  let current = await open();
  const reopen = async () => {
    try {
      current = await open();
      onReconnect();
    } catch {
      if (!isClosed) setTimeout(reopen, RECONNECT_MS);
    }
  };
  return {
    close: async () => {
      isClosed = true;
      await current.end();
    },
  };
}
