import type { TestCase, TestModule, Vitest } from "vitest/node";

export interface Counts {
  readonly passed: number;
  /** What failed, a line each: where, and what was said. */
  readonly failures: readonly string[];
  readonly skipped: number;
}

/**
 * What a finished run comes to. A file, suite or hook that broke outside a test counts as one failed test, and so does
 * each unhandled error: the tests it kept from running would otherwise be missing without a trace.
 */
export function countRun(vitest: Vitest, missingParts: ReadonlySet<string> | undefined): Counts {
  let passed = 0;
  let skipped = 0;
  const failures = vitest.state.getUnhandledErrors().map((error) => `unhandled: ${firstLine(error)}`);
  for (const module of vitest.state.getTestModules()) {
    failures.push(...brokenOutsideTests(module));
    for (const test of module.children.allTests()) {
      const { state, errors } = test.result();
      if (state === "passed") passed += 1;
      else if (state === "skipped" && maySkip(test, missingParts)) skipped += 1;
      else
        failures.push(
          `${module.relativeModuleId} > ${test.fullName}: ${errors?.[0] ? firstLine(errors[0]) : state}`,
        );
    }
  }
  return { passed, failures, skipped };
}

/** `N passed, N failed`, with `, N skipped` when there are any: the last line of every runner, read by machines. */
export function formatCounts({ passed, failures, skipped }: Counts): string {
  return `${passed} passed, ${failures.length} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}

/**
 * Parts this machine lacks, from `FLOWW_TEST_WITHOUT` (comma list, may be empty). `undefined` when the variable is not
 * set: a developer's own run, where a skipped test is shown and nothing more.
 */
export function readMissingParts(value: string | undefined): ReadonlySet<string> | undefined {
  if (value === undefined) return undefined;
  return new Set(
    value
      .split(",")
      .map((part) => part.trim())
      .filter((part) => part !== ""),
  );
}

/** A suite that needs a part says so in its name, `[needs bubblewrap]`; with the part there, skipping it is a failure. */
function maySkip(test: TestCase, missingParts: ReadonlySet<string> | undefined): boolean {
  if (missingParts === undefined) return true;
  return partsNamed(test.fullName).some((part) => missingParts.has(part));
}

/** The parts that a test's full name says it needs. */
export function partsNamed(fullName: string): string[] {
  return [...fullName.matchAll(/\[needs ([\w.-]+)\]/g)].map((match) => match[1] ?? "");
}

function brokenOutsideTests(module: TestModule): string[] {
  const errors = [...module.errors()];
  for (const suite of module.children.allSuites()) errors.push(...suite.errors());
  return errors.map((error) => `${module.relativeModuleId}, outside its tests: ${firstLine(error)}`);
}

function firstLine(error: unknown): string {
  const message = isWithMessage(error) ? error.message : String(error);
  return message.split("\n", 1)[0] ?? "";
}

/** What a worker threw arrives as an object of no class. */
function isWithMessage(error: unknown): error is { message: string } {
  return (
    typeof error === "object" && error !== null && "message" in error && typeof error.message === "string"
  );
}
