import { runTests } from "./run-tests.ts";

await runTests({ args: process.argv.slice(2), whenEmpty: "fail" });
