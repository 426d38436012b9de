import type { ReactNode } from "react";
import { classNames } from "../lib/class-names.ts";

interface CardProps {
  title?: ReactNode;
  /** Buttons at the title's end. */
  actions?: ReactNode;
  className?: string;
  /** True where what is inside brings its own padding, as lists do. */
  isFlush?: boolean;
  children: ReactNode;
}

/** A part of a page with its heading. */
export function Card({ title, actions, className, isFlush = false, children }: CardProps) {
  return (
    <section className={classNames("min-w-0 rounded-xl border bg-card", className)}>
      {title === undefined && actions === undefined ? undefined : (
        <header className="flex min-h-12 flex-wrap items-center justify-between gap-2 border-b px-4 py-2">
          <h2 className="font-semibold">{title}</h2>
          <div className="flex flex-wrap items-center gap-2">{actions}</div>
        </header>
      )}
      <div className={isFlush ? undefined : "p-4"}>{children}</div>
    </section>
  );
}
