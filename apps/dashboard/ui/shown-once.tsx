import type { ReactNode } from "react";
import { CopyButton } from "./copy-button.tsx";

/** A text that nobody can read again once this is closed. */
export function ShownOnce({ label, text, children }: { label: string; text: string; children: ReactNode }) {
  return (
    <div className="grid gap-3">
      <div>
        <p className="mb-1 font-medium">{label}</p>
        <div className="flex items-center gap-1 rounded-lg border bg-code p-1 pl-2.5">
          <output aria-label={label} className="min-w-0 flex-1 font-mono text-xs [overflow-wrap:anywhere]">
            {text}
          </output>
          <CopyButton text={text} label={`Copy ${label.toLowerCase()}`} />
        </div>
      </div>
      <div className="rounded-lg bg-warn-soft px-3 py-2 text-warn">{children}</div>
    </div>
  );
}
