import { spawn } from "node:child_process";
import { FlowwError } from "@floww/contract/errors";
import type { Environment } from "../environment.ts";

/** Its warnings are about the Node that runs npm; what goes wrong is still said. */
const ARGS = ["install", "--no-audit", "--no-fund", "--loglevel=error"];

/** Runs npm where everybody sees it. Its words go to stderr: stdout is for results. @throws FlowwError INSTALL_FAILED */
export async function installDependencies(folder: string, { variables }: Environment): Promise<void> {
  // npm names its own script when it started us; that spares the shell that `npm.cmd` needs on Windows.
  const script = variables.npm_execpath;
  const isNpm = script !== undefined && /npm-cli\.[cm]?js$/.test(script);
  const [program, args] = isNpm ? [process.execPath, [script, ...ARGS]] : ["npm", ARGS];
  const end = await new Promise<{ code: number | null; cause?: Error }>((resolve) => {
    const child = spawn(program, args, {
      cwd: folder,
      env: variables,
      stdio: ["ignore", process.stderr, process.stderr],
      shell: !isNpm && process.platform === "win32",
    });
    child.once("error", (cause) => resolve({ code: null, cause }));
    child.once("close", (code) => resolve({ code }));
  });
  if (end.code === 0) return;
  const what =
    end.cause === undefined
      ? `npm ended with exit code ${end.code}.`
      : `npm could not be started: ${end.cause.message}.`;
  throw new FlowwError("INSTALL_FAILED", what, {
    cause: end.cause,
    fix: `The files are written. See npm's message above, then run \`npm install\` in ${folder}.`,
  });
}
