import type { ReactNode } from "react";
import { classNames } from "../lib/class-names.ts";

interface ScrollRegionProps {
  /** What is in it, for those who do not see it. */
  label: string;
  className?: string;
  children: ReactNode;
}

/** What is too wide or too long for its place scrolls in it, by keyboard as well. */
export function ScrollRegion({ label, className, children }: ScrollRegionProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard (WCAG 2.1.1)
    <section tabIndex={0} aria-label={label} className={classNames("min-w-0 overflow-auto", className)}>
      {children}
    </section>
  );
}
