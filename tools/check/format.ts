import { runProgram } from "./run-program.ts";
import type { Step } from "./step.ts";

export const format: Step = {
  name: "format+lint",
  async run(root) {
    const end = await runProgram(root, "node_modules/@biomejs/biome/bin/biome", [
      "check",
      "--error-on-warnings",
    ]);
    if (end.exitCode === 0) return [];
    return [end.stdout, end.stderr, "Formatting and safe fixes: npx biome check --write"];
  },
};
