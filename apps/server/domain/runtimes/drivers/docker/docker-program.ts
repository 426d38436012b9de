import { type ChildProcess, execFile, spawn } from "node:child_process";
import { FlowwError } from "@floww/contract/errors";

/** Docker's command line, or podman's, which takes the same words. Arguments never pass a shell. */
export interface DockerProgram {
  /** Runs a command to its end and resolves with what it wrote. @throws FlowwError RUNTIME_UNAVAILABLE */
  ask(
    args: readonly string[],
    options?: { timeoutMs?: number; env?: Record<string, string> },
  ): Promise<string>;
  /** Starts a command whose output and end are somebody else's to follow. */
  start(args: readonly string[]): ChildProcess;
}

const ASK_MS_MAX = 60_000;
const OUTPUT_BYTES_MAX = 1024 * 1024;

/** `env`: what the program needs to find its engine; nothing of the server's own environment gets there. */
export function openDockerProgram(program: string, env: Record<string, string>): DockerProgram {
  return {
    ask: (args, { timeoutMs = ASK_MS_MAX, env: more = {} } = {}) =>
      new Promise((resolve, reject) => {
        execFile(
          program,
          args,
          {
            env: { ...env, ...more },
            timeout: timeoutMs,
            killSignal: "SIGKILL",
            maxBuffer: OUTPUT_BYTES_MAX,
          },
          (error, stdout, stderr) => {
            if (error === null) return resolve(stdout.trim());
            const said = stderr.trim() || error.message;
            reject(new FlowwError("RUNTIME_UNAVAILABLE", `${program} ${args[0]}: ${said}`, { cause: error }));
          },
        );
      }),
    start: (args) => spawn(program, args, { env, cwd: "/", stdio: ["ignore", "pipe", "pipe"] }),
  };
}
