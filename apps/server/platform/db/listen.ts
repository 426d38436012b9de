import type { Database, Listener } from "./database.ts";

const RECONNECT_MS = 500;
/** Nobody says that nothing will be heard any more: a connection is asked, and one that does not answer is replaced. */
const ASK_EVERY_MS = 5_000;
const ANSWER_MS_MAX = 5_000;

interface ListenOptions {
  onNotification(payload: string): void;
  onReconnect(): void;
  askEveryMs?: number;
  answerMsMax?: number;
}

/**
 * LISTEN on one channel, on a connection of its own. A notification that is sent while the connection is down is lost:
 * `onReconnect` must then read everything again.
 */
export async function listen(
  database: Database,
  channel: string,
  { onNotification, onReconnect, askEveryMs = ASK_EVERY_MS, answerMsMax = ANSWER_MS_MAX }: ListenOptions,
): Promise<Listener> {
  let isClosed = false;
  let isConnected = false;
  const open = async () => {
    const client = await database.connect({ queryMsMax: answerMsMax });
    const end = () => client.end().catch(() => undefined);
    const ask = setInterval(() => client.query("select 1").catch(end), askEveryMs).unref();
    client.on("notification", ({ payload }) => onNotification(payload ?? ""));
    client.once("error", end);
    client.once("end", () => clearInterval(ask));
    try {
      await client.query(`listen ${channel}`);
    } catch (error) {
      end();
      throw error;
    }
    isConnected = true;
    // From here on: before, whoever opens it tries again by itself.
    client.once("end", () => {
      isConnected = false;
      if (!isClosed) setTimeout(reopen, RECONNECT_MS);
    });
    return client;
  };
  let current = await open();
  const reopen = async () => {
    try {
      current = await open();
      if (isClosed) return void current.end();
      onReconnect();
    } catch {
      if (!isClosed) setTimeout(reopen, RECONNECT_MS);
    }
  };
  const listener: Listener = {
    get isConnected() {
      return isConnected;
    },
    close: async () => {
      isClosed = true;
      database.listeners.delete(listener);
      await current.end();
    },
  };
  database.listeners.add(listener);
  return listener;
}
