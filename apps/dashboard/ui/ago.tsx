import { useSyncExternalStore } from "react";
import { formatAgo, formatInstant } from "../lib/format.ts";
import { ticks } from "../lib/ticks.ts";

/** An instant as a person thinks of it; exact in its tooltip, in the reader's time zone. */
export function Ago({ at, className }: { at: string; className?: string }) {
  const nowMs = useSyncExternalStore(ticks.subscribe, ticks.nowMs);
  return (
    <time dateTime={at} title={formatInstant(at)} className={className ?? "whitespace-nowrap text-soft"}>
      {formatAgo(at, nowMs)}
    </time>
  );
}
