import { readSourceFiles, type SourceFile } from "../source-files.ts";
import type { Step } from "../step.ts";
import { findViolations, type Violation } from "./find-violations.ts";
import { buildGraph } from "./graph.ts";
import { readFacts } from "./read-facts.ts";
import { readWorkspaces } from "./read-workspaces.ts";
import { rules } from "./rules.ts";

export const arrows: Step = {
  name: "arrows",
  async run(root) {
    const violations = await checkArrows(root, await readSourceFiles(root));
    return violations.map(({ file, line, rule, advice }) => `${file}:${line}  ${rule}  ${advice}`);
  },
};

export async function checkArrows(root: string, sources: readonly SourceFile[]): Promise<Violation[]> {
  const files = sources.map(readFacts);
  return findViolations(files, buildGraph(files, await readWorkspaces(root)), rules);
}
