import type { ReactNode } from "react";
import { classNames } from "../../lib/class-names.ts";

/** A few numbers beside one another. */
export function Figures({ children }: { children: ReactNode }) {
  return <dl className="grid gap-4 sm:grid-cols-3">{children}</dl>;
}

interface FigureProps {
  label: string;
  value: string;
  note?: string | undefined;
  tone?: "warn" | undefined;
}

export function Figure({ label, value, note, tone }: FigureProps) {
  return (
    <div>
      <dt className="text-xs font-medium text-soft">{label}</dt>
      <dd className={classNames("text-2xl font-semibold tabular-nums", tone === "warn" && "text-warn")}>
        {value}
        {note === undefined ? undefined : <span className="block text-xs font-normal text-soft">{note}</span>}
      </dd>
    </div>
  );
}
