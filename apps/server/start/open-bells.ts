import { NamespaceBells } from "../domain/live/namespace-bells.ts";
import { BELLS, hear } from "../domain/live/tell-servers.ts";
import type { Database } from "../platform/db/database.ts";
import { listen } from "../platform/db/listen.ts";
import type { Realtime } from "../platform/realtime/realtime.ts";

interface BellsParts {
  database: Database;
  realtime: Realtime;
  opened: AsyncDisposableStack;
  report(error: unknown): void;
}

/** The bells of all namespaces, which hear from every server who watches. */
export async function openBells({ database, realtime, opened, report }: BellsParts): Promise<NamespaceBells> {
  const bells = new NamespaceBells({ realtime, report });
  const listener = await listen(database, BELLS, {
    onNotification: (payload) => hear(bells, payload),
    onReconnect: () => bells.forgetWatchers(),
  });
  opened.defer(async () => {
    await listener.close();
    await bells.close();
  });
  return bells;
}
