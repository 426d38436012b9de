import type { ReactNode } from "react";
import { classNames } from "../lib/class-names.ts";

interface TableProps {
  /** What the table lists, for those who do not see it. */
  label: string;
  columns: readonly { title: string; isHidden?: boolean; className?: string }[];
  children: ReactNode;
}

/** Rows of cells. On a phone it scrolls sideways by itself, and the page does not. */
export function Table({ label, columns, children }: TableProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard (WCAG 2.1.1)
    <section className="relative overflow-x-auto" aria-label={label} tabIndex={0}>
      <table className="w-full border-collapse text-left">
        <thead>
          <tr className="text-xs text-soft">
            {columns.map(({ title, isHidden = false, className }) => (
              <th
                key={title}
                scope="col"
                className={classNames("px-4 py-2 font-medium whitespace-nowrap", className)}
              >
                {isHidden ? <span className="sr-only">{title}</span> : title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </section>
  );
}

export function Row({ children }: { children: ReactNode }) {
  return <tr className="border-t hover:bg-hover focus-within:bg-hover">{children}</tr>;
}

export function Cell({ children, className }: { children?: ReactNode; className?: string }) {
  return <td className={classNames("px-4 py-2 align-middle", className)}>{children}</td>;
}
