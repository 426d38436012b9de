import { useSyncExternalStore } from "react";
import { ticks } from "../../lib/ticks.ts";
import { Ago } from "../../ui/ago.tsx";
import { Badge } from "../../ui/badge.tsx";

/** Ends within it are shown as something to do. */
const SOON_MS = 14 * 24 * 60 * 60_000;

/** When a credential ends, where the service says so. */
export function CredentialEnd({ at }: { at: string | undefined }) {
  const nowMs = useSyncExternalStore(ticks.subscribe, ticks.nowMs);
  if (at === undefined) return "not known to end";
  const leftMs = Date.parse(at) - nowMs;
  return (
    <span className="inline-flex flex-wrap items-center gap-2">
      <Ago at={at} />
      {leftMs < 0 ? <Badge tone="danger">over</Badge> : undefined}
      {leftMs >= 0 && leftMs < SOON_MS ? <Badge tone="warn">soon</Badge> : undefined}
    </span>
  );
}
