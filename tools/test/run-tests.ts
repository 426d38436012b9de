import { setTimeout as delay } from "node:timers/promises";
import { createVitest, parseCLI, type Vitest } from "vitest/node";
import { type Counts, countRun, formatCounts, readMissingParts } from "./counts.ts";
import { partLines, partsOf } from "./parts-report.ts";

interface RunOptions {
  /** Glob of the files that are tests here; the configuration's own when left out. */
  readonly include?: string;
  /** Vitest's own command line: name filters, `-t`, `--reporter`. */
  readonly args: readonly string[];
  readonly whenEmpty: "fail" | "pass";
  /** Whether the parts that suites need are named at the end, found or not. */
  readonly saysParts?: boolean;
}

/** It takes a second; but it waits for whatever a test left behind with the runner's pipes in hand, however long that lives. */
const CLOSE_MS_MAX = 20_000;

/**
 * Runs vitest once, prints what failed and, as the last line, the counts.
 *
 * @returns the exit code, whatever still runs
 */
export async function runTests({ include, args, whenEmpty, saysParts = false }: RunOptions): Promise<0 | 1> {
  const counts = await runVitest({ include, args, saysParts }).catch((error: unknown): Counts => {
    console.error(error);
    return { passed: 0, failures: ["the runner itself"], skipped: 0 };
  });
  const failures = [...counts.failures];
  if (counts.passed + failures.length === 0) {
    const message = emptyMessage(counts, include);
    console.log(message);
    if (whenEmpty === "fail") failures.push(message);
  }
  for (const failure of failures) console.log(`failed: ${failure}`);
  console.log(formatCounts({ ...counts, failures }));
  return failures.length > 0 ? 1 : 0;
}

interface VitestRun {
  include: string | undefined;
  args: readonly string[];
  saysParts: boolean;
}

async function runVitest({ include, args, saysParts }: VitestRun): Promise<Counts> {
  const { filter, options } = parseCLI(["vitest", "run", ...args]);
  const vitest = await createVitest({
    ...options,
    run: true,
    watch: false,
    ...(include && { include: [include] }),
  });
  let counts: Counts | undefined;
  let isClosed = false;
  try {
    counts = await runFiles(vitest, filter);
    if (saysParts) for (const line of partLines(partsOf(vitest))) console.log(line);
  } finally {
    const closing = vitest.close().then(() => true);
    isClosed = await Promise.race([closing, delay(CLOSE_MS_MAX, false)]);
  }
  if (isClosed) return counts;
  const left = "something that a test started was left running";
  return { ...counts, failures: [...counts.failures, left] };
}

async function runFiles(vitest: Vitest, filter: string[]): Promise<Counts> {
  const missingParts = readMissingParts(process.env.FLOWW_TEST_WITHOUT);
  const files = await vitest.globTestSpecifications(filter);
  if (files.length === 0) return { passed: 0, failures: [], skipped: 0 };
  await vitest.start(filter);
  return countRun(vitest, missingParts);
}

function emptyMessage({ skipped }: Counts, include: string | undefined): string {
  if (skipped > 0) return "Every test was skipped, so none ran.";
  return `No test ran: there is no ${include ?? "test"} file that matches.`;
}
