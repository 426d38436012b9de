import { BaseSequencer, type TestSpecification } from "vitest/node";

/** The files that take longest, in that order: one that begins last is waited for alone. */
const LONG = [
  "tests/e2e/server-life.test.ts",
  "chaos/short.test.ts",
  "tests/e2e/cli-commands.test.ts",
  "packages/executor/conformance/pipe.test.ts",
  "tests/e2e/providers-terminal.test.ts",
  "tests/e2e/login.test.ts",
  "tests/e2e/replay.test.ts",
  "tests/e2e/providers-commands.test.ts",
  "tests/e2e/durable-steps.test.ts",
  "packages/executor/conformance/lambda.test.ts",
];

export class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => {
      const place = LONG.findIndex((name) => moduleId.endsWith(name));
      return place === -1 ? LONG.length : place;
    };
    return (await super.sort(files)).toSorted((a, b) => rank(a) - rank(b));
  }
}
