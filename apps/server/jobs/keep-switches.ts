import { SWITCHES_CHANGED } from "../domain/switches/store.ts";
import type { Switches } from "../domain/switches/switches.ts";
import type { Database } from "../platform/db/database.ts";
import { listen } from "../platform/db/listen.ts";

const AGAIN_MS = 500;

/** Keeps in memory what administrators have turned off; resolves when it was read. */
export async function keepSwitches({
  database,
  switches,
  report,
}: {
  database: Database;
  switches: Switches;
  report(error: unknown): void;
}): Promise<{ stop(): Promise<void> }> {
  let again: NodeJS.Timeout | undefined;
  let isStopped = false;
  const follow = () => {
    clearTimeout(again);
    switches.refresh().catch((error: unknown) => {
      if (isStopped) return;
      report(error);
      // Nobody says it twice: until it is read, what is in memory may be old.
      again = setTimeout(follow, AGAIN_MS);
    });
  };
  // Listening comes first: what changes while they are read is then read again.
  const listener = await listen(database, SWITCHES_CHANGED, { onNotification: follow, onReconnect: follow });
  await switches.refresh();
  return {
    stop: async () => {
      isStopped = true;
      clearTimeout(again);
      await listener.close();
    },
  };
}
