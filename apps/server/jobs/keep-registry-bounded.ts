import type { JobStates } from "../domain/job-states/job-states.ts";
import { COLLECT_LOCK, collectBlobs } from "../domain/registry/collect-blobs.ts";
import type { Registry } from "../domain/registry/registry.ts";
import { repeatAlone } from "./repeat-alone.ts";

const EVERY_MS = 10 * 60_000;

/** Takes away what nothing in the registry names any more. */
export function keepRegistryBounded(
  registry: Registry,
  {
    jobStates,
    report,
    everyMs = EVERY_MS,
  }: { jobStates: JobStates; report(error: unknown): void; everyMs?: number },
): { stop(): Promise<void> } {
  const work = (signal: AbortSignal) => collectBlobs(registry, { signal });
  const { database } = registry;
  return repeatAlone({
    name: "collect-registry",
    jobStates,
    database,
    everyMs,
    lock: COLLECT_LOCK,
    work,
    report,
  });
}
