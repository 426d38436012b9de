import { formatCount } from "../lib/format.ts";

interface ChartLegendProps {
  items: readonly { label: string; colour: string; value: string | number | undefined }[];
}

/** Names, colours and sums of what a chart shows. */
export function ChartLegend({ items }: ChartLegendProps) {
  return (
    <dl className="mt-3 flex flex-wrap gap-x-5 gap-y-1">
      {items.map(({ label, colour, value }) => (
        <div key={label} className="flex items-center gap-1.5">
          <span className="size-2.5 rounded-sm" style={{ background: `var(${colour})` }} aria-hidden="true" />
          <dt className="text-soft">{label}</dt>
          <dd className="font-medium tabular-nums">
            {typeof value === "number" ? formatCount(value) : (value ?? "–")}
          </dd>
        </div>
      ))}
    </dl>
  );
}
