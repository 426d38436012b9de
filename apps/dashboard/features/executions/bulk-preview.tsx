import { formatCount } from "../../lib/format.ts";
import { Ago } from "../../ui/ago.tsx";

interface BulkPreviewProps {
  total: number;
  /** After the number: what would happen to them. */
  what: string;
  sample: readonly { id: string; at: string; state: string; name: string }[];
}

/** How many, and the first of them. */
export function BulkPreview({ total, what, sample }: BulkPreviewProps) {
  return (
    <div>
      <p>
        <strong className="tabular-nums">{formatCount(total)}</strong> {what}
        {sample.length > 0 && sample.length < total ? "; the first of them:" : ""}
      </p>
      <ul className="mt-2 max-h-48 overflow-y-auto rounded-lg border empty:hidden">
        {sample.map(({ id, at, state, name }) => (
          <li
            key={id}
            className="flex items-center justify-between gap-3 border-b px-3 py-1.5 last:border-b-0"
          >
            <span className="min-w-0 truncate">{name}</span>
            <span className="flex gap-3 text-soft">
              {state.replace("_", " ")}
              <Ago at={at} />
            </span>
          </li>
        ))}
      </ul>
    </div>
  );
}
