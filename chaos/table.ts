import type { Figure } from "./scenarios/scenario.ts";

/** What was measured against what is asked, one line each. */
export function formatFigures(figures: readonly Figure[]): string {
  const width = Math.max(...figures.map(({ what }) => what.length));
  const askedWidth = Math.max(...figures.map(({ asked }) => asked.length));
  return figures
    .map(({ what, asked, measured, isReached }) => {
      const mark = asked === "-" ? "       " : isReached ? "reached" : "SHORT  ";
      return `  ${mark}  ${what.padEnd(width)}  ${asked.padEnd(askedWidth)}  ${measured}`;
    })
    .join("\n");
}
