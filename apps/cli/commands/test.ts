import { spawn } from "node:child_process";
import type { Command } from "../command.ts";
import { type ExitCode, exitCodes } from "../exit-code.ts";
import { readProject } from "../project/read-project.ts";

/** TypeScript runs as it does in `floww dev`, enums and all; that it may change in a later Node is no news to a tester. */
const NODE_OPTIONS = ["--experimental-transform-types", "--disable-warning=ExperimentalWarning"];

export const test: Command = {
  usage: "test [files...]",
  summary: "Run the workflow's tests: every *.test.ts here, by Node's own test runner.",
  example: "floww test main.test.ts",
  options: [{ flags: "--watch", description: "run them again at every save" }],
  run: async ({ args, options, environment, untilInterrupted }) => {
    const { folder } = await readProject(".");
    const watch = options.watch === true ? ["--watch"] : [];
    const files = args.filter((file) => file !== undefined);
    // The Node that runs us is new enough, whatever stands first on PATH.
    const child = spawn(process.execPath, [...NODE_OPTIONS, "--test", ...watch, "--", ...files], {
      cwd: folder,
      env: environment.variables,
      stdio: "inherit",
    });
    void untilInterrupted().then(() => child.kill("SIGTERM"));
    return new Promise<ExitCode>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (code) => resolve(code === 0 ? exitCodes.ok : exitCodes.wentWrong));
    });
  },
};
