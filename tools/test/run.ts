import { runTests } from "./run-tests.ts";

process.exit(await runTests({ args: process.argv.slice(2), whenEmpty: "fail" }));
