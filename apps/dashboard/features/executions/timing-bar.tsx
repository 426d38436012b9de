import type { timing } from "@floww/contract/api";
import type { z } from "zod";
import { formatDuration } from "../../lib/format.ts";

const PARTS = [
  { key: "queueMs", label: "Queue", colour: "bg-strong-line", help: "until it was started" },
  { key: "bootMs", label: "Boot", colour: "bg-warn", help: "until a process had taken it" },
  { key: "runMs", label: "Run", colour: "bg-accent", help: "the handler" },
  { key: "answerMs", label: "Answer", colour: "bg-good", help: "until its answer was committed" },
] as const;

/** Where the time of the newest start went. */
export function TimingBar({ timing: spent }: { timing: z.output<typeof timing> }) {
  const known = PARTS.flatMap((part) => {
    const ms = spent[part.key];
    return ms === undefined ? [] : [{ ...part, ms }];
  });
  const totalMs = known.reduce((sum, { ms }) => sum + ms, 0);
  if (known.length === 0) return undefined;
  return (
    <div>
      <div className="flex h-2 overflow-hidden rounded-full bg-hover" aria-hidden="true">
        {known.map(({ key, colour, ms }) => (
          <div
            key={key}
            className={colour}
            style={{ width: `${totalMs === 0 ? 0 : (100 * ms) / totalMs}%` }}
          />
        ))}
      </div>
      <dl className="mt-2 flex flex-wrap gap-x-5 gap-y-1">
        {known.map(({ key, label, colour, ms, help }) => (
          <div key={key} className="flex items-center gap-1.5" title={help}>
            <span className={`size-2 rounded-full ${colour}`} aria-hidden="true" />
            <dt className="text-soft">{label}</dt>
            <dd className="font-medium tabular-nums">{formatDuration(ms)}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}
