import { findStale, type StaleFile } from "../generate/find-stale.ts";
import { generators } from "../generate/generators.ts";
import type { Step } from "./step.ts";

export const generated: Step = {
  name: "generated",
  async run(root) {
    const stale = await findStale(root, generators);
    return stale.map((file) => `${file.path}${firstDifference(file)}: run npm run generate and commit it`);
  },
};

function firstDifference({ committed, expected }: StaleFile): string {
  if (committed === undefined) return " is missing";
  const was = committed.split("\n");
  const is = expected.split("\n");
  const line = is.findIndex((text, index) => text !== was[index]);
  const at = line === -1 ? is.length : line;
  return `:${at + 1} differs\n  - ${was[at] ?? "(end)"}\n  + ${is[at] ?? "(end)"}\n `;
}
