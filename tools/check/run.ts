import { resolve } from "node:path";
import { arrows } from "./arrows/arrows.ts";
import { budgets } from "./budgets/budgets.ts";
import { format } from "./format.ts";
import { generated } from "./generated.ts";
import type { Step } from "./step.ts";
import { types } from "./types.ts";
import { unused } from "./unused.ts";

const root = resolve(import.meta.dirname, "../..");
const steps: readonly Step[] = [format, types, arrows, unused, budgets, generated];

const failed: string[] = [];
for (const step of steps) {
  const startedAt = performance.now();
  const problems = await problemsOf(step);
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  console.log(`${problems.length === 0 ? "ok  " : "FAIL"}  ${step.name.padEnd(12)} ${seconds} s`);
  for (const problem of problems) if (problem.trim() !== "") console.log(problem.trimEnd());
  if (problems.length > 0) failed.push(step.name);
}
console.log(failed.length === 0 ? "check is green" : `check failed: ${failed.join(", ")}`);
process.exitCode = failed.length === 0 ? 0 : 1;

/** A step that breaks is a red step, and the ones after it still run. */
async function problemsOf(step: Step): Promise<readonly string[]> {
  try {
    return await step.run(root);
  } catch (error) {
    return [`the step itself broke: ${error instanceof Error ? error.stack : String(error)}`];
  }
}
