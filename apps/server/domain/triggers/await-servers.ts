import { setTimeout as delay } from "node:timers/promises";
import { formatId } from "@floww/contract/ids";
import type { Queryable } from "../../platform/db/database.ts";
import { listLaggards } from "./store.ts";

const WAIT_MS_MAX = 2_000;
const LOOK_EVERY_MS = 20;

/**
 * Waits until every live server routes what was switched to, but not for long: a server that hangs must not hold
 * everybody's deploys. Resolves with a warning that names those which do not follow yet.
 */
export async function awaitServers(
  { database, serverId }: { database: Queryable; serverId: string },
  switched: { workflowId: string; generation: number },
): Promise<string[]> {
  const until = Date.now() + WAIT_MS_MAX;
  for (;;) {
    const laggards = await listLaggards(database, serverId, switched);
    if (laggards.length === 0) return [];
    if (Date.now() >= until) {
      const names = laggards.map((id) => formatId("server", id)).join(", ");
      return [`Not yet followed by ${names}: it takes this up as soon as it answers again.`];
    }
    await delay(LOOK_EVERY_MS);
  }
}
