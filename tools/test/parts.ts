import { runTests } from "./run-tests.ts";

// The suites against the production parts (identity, registry, runtimes ...), apart from `npm test`: they need programs
// a developer's machine may lack.
process.exit(
  await runTests({
    include: "**/*.parts.ts",
    args: process.argv.slice(2),
    whenEmpty: "pass",
    saysParts: true,
  }),
);
