import { runProgram } from "./run-program.ts";
import type { Step } from "./step.ts";

export const types: Step = {
  name: "types",
  async run(root) {
    const end = await runProgram(root, "node_modules/typescript/bin/tsc", ["-p", "tsconfig.json"]);
    return end.exitCode === 0 ? [] : [end.stdout, end.stderr];
  },
};
