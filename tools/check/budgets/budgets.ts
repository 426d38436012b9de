import { readSourceFiles, type SourceFile } from "../source-files.ts";
import type { Step } from "../step.ts";
import { limits } from "./limits.ts";
import { checkName, type FileMeasure, measureFile } from "./measure-file.ts";

export const budgets: Step = {
  name: "budgets",
  async run(root) {
    return checkBudgets(await readSourceFiles(root));
  },
};

export function checkBudgets(sources: readonly SourceFile[]): string[] {
  const files = sources.map(measureFile).filter((file) => file !== undefined);
  return [
    ...checkNames(sources),
    ...checkLengths(files),
    ...checkRate(files, "any", limits.anyPerThousandLines, (file) => file.anyLines),
    ...checkRate(files, "suppression", limits.suppressionsPerThousandLines, (file) =>
      file.suppressions.map(({ line }) => line),
    ),
    ...checkReasons(files),
    ...checkThrows(files),
  ];
}

function checkNames(sources: readonly SourceFile[]): string[] {
  return sources.flatMap(({ path }) => {
    const problem = checkName(path);
    return problem ? [`${path}:1  name  ${problem}`] : [];
  });
}

function checkLengths(files: readonly FileMeasure[]): string[] {
  const problems = files
    .filter(({ lines }) => lines > limits.fileLinesMax)
    .map(
      ({ path, lines }) => `${path}:${lines}  length  over ${limits.fileLinesMax} lines: it holds two things`,
    );
  const sorted = files.map(({ lines }) => lines).sort((a, b) => a - b);
  const p95 = sorted[Math.ceil(sorted.length * 0.95) - 1] ?? 0;
  if (p95 > limits.fileLinesP95) {
    problems.push(
      `length  95 % of the files have up to ${p95} lines, the budget is ${limits.fileLinesP95}: split the longest`,
    );
  }
  return problems;
}

function checkRate(
  files: readonly FileMeasure[],
  name: string,
  perThousandMax: number,
  linesOf: (file: FileMeasure) => readonly number[],
): string[] {
  const thousands = files.reduce((sum, { lines }) => sum + lines, 0) / 1000;
  const places = files.flatMap((file) => linesOf(file).map((line) => `${file.path}:${line}  ${name}  `));
  if (places.length === 0 || places.length / thousands < perThousandMax) return [];
  const rate = (places.length / thousands).toFixed(2);
  return places.map(
    (place) => `${place}${rate} per 1,000 lines, the budget is under ${perThousandMax}: give it its type`,
  );
}

function checkReasons(files: readonly FileMeasure[]): string[] {
  return files.flatMap(({ path, suppressions }) =>
    suppressions
      .filter(({ hasReason }) => !hasReason)
      .map(({ line }) => `${path}:${line}  suppression-reason  say after it why the rule does not hold here`),
  );
}

function checkThrows(files: readonly FileMeasure[]): string[] {
  const typed = files.reduce((sum, file) => sum + file.typedThrows, 0);
  const untyped = files.flatMap((file) => file.untypedThrowLines.map((line) => `${file.path}:${line}`));
  const share = typed / (typed + untyped.length);
  if (untyped.length === 0 || share > limits.typedThrowsShare) return [];
  const rate = `${Math.floor(share * 100)} % of the throws are typed, the budget is over ${limits.typedThrowsShare * 100} %`;
  return untyped.map((place) => `${place}  untyped-throw  ${rate}: throw a coded error`);
}
