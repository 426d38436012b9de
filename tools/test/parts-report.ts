import type { Vitest } from "vitest/node";
import { partsNamed } from "./counts.ts";

export interface PartUse {
  name: string;
  /** Tests that ran against it, and those that were skipped for want of it. */
  ran: number;
  skipped: number;
}

/** Which real parts a finished run has had to do with. */
export function partsOf(vitest: Vitest): PartUse[] {
  const parts = new Map<string, PartUse>();
  for (const module of vitest.state.getTestModules())
    for (const test of module.children.allTests())
      for (const name of partsNamed(test.fullName)) {
        const part = parts.get(name) ?? { name, ran: 0, skipped: 0 };
        if (test.result().state === "skipped") part.skipped += 1;
        else part.ran += 1;
        parts.set(name, part);
      }
  return [...parts.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** One line a part: what was exercised first, then what was not found. */
export function partLines(parts: readonly PartUse[]): string[] {
  const found = parts.filter(({ ran }) => ran > 0);
  const missing = parts.filter(({ ran }) => ran === 0);
  return [
    ...found.map(({ name, ran }) => `part exercised: ${name} (${ran} tests)`),
    ...missing.map(({ name, skipped }) => `part not found: ${name} (${skipped} tests skipped)`),
  ];
}
