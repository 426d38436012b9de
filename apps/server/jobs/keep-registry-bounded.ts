import { COLLECT_LOCK, collectBlobs } from "../domain/registry/collect-blobs.ts";
import type { Registry } from "../domain/registry/registry.ts";
import { repeatAlone } from "./repeat-alone.ts";

const EVERY_MS = 10 * 60_000;

/** Takes away what nothing in the registry names any more. */
export function keepRegistryBounded(
  registry: Registry,
  report: (error: unknown) => void,
  { everyMs = EVERY_MS }: { everyMs?: number } = {},
): { stop(): Promise<void> } {
  const work = (signal: AbortSignal) => collectBlobs(registry, { signal });
  return repeatAlone({ database: registry.database, everyMs, lock: COLLECT_LOCK, work, report });
}
