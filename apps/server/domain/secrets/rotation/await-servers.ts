import { setTimeout as delay } from "node:timers/promises";
import { FlowwError } from "@floww/contract/errors";
import { formatId } from "@floww/contract/ids";
import type { Queryable } from "../../../platform/db/database.ts";
import { listKeyLaggards, notifyKeysChanged } from "../keys/store.ts";

const POLL_MS = 50;
const TELL_EVERY_MS = 1_000;

/** Tells every live server, and waits until all have taken up the version. @throws FlowwError KEY_NOT_TAKEN_UP */
export async function awaitServers(
  database: Queryable,
  { version, what, waitMs }: { version: number; what: "newest" | "current"; waitMs: number },
): Promise<void> {
  const until = performance.now() + waitMs;
  for (let toldAt = Number.NEGATIVE_INFINITY; ; ) {
    const now = performance.now();
    if (now - toldAt >= TELL_EVERY_MS) {
      await notifyKeysChanged(database);
      toldAt = now;
    }
    const lagging = await listKeyLaggards(database, version, what);
    if (lagging.length === 0) return;
    if (now > until) {
      const names = lagging.map((id) => formatId("server", id)).join(", ");
      throw new FlowwError("KEY_NOT_TAKEN_UP", `Key ${version} was not taken up by ${names}.`);
    }
    await delay(POLL_MS);
  }
}
