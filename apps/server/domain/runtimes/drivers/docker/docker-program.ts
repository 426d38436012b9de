import { type ChildProcess, execFile, spawn } from "node:child_process";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { FlowwError } from "@floww/contract/errors";

/** Docker's command line, or podman's, which takes the same words. Arguments never pass a shell. */
export interface DockerProgram {
  /** Runs a command to its end and resolves with what it wrote. @throws FlowwError RUNTIME_UNAVAILABLE */
  ask(args: readonly string[], options?: { timeoutMs?: number }): Promise<string>;
  /** Is there an image of that name? */
  hasImage(name: string): Promise<boolean>;
  /** Runs a command that reads what it works with. @throws FlowwError RUNTIME_UNAVAILABLE, and what the input fails with */
  feed(args: readonly string[], input: AsyncIterable<Uint8Array>): Promise<void>;
  /** Starts a command whose output and end are somebody else's to follow. */
  start(args: readonly string[]): ChildProcess;
}

const ASK_MS_MAX = 60_000;
const FEED_MS_MAX = 10 * 60_000;
const OUTPUT_BYTES_MAX = 1024 * 1024;

/** `env`: what the program needs to find its engine; nothing of the server's own environment gets there. */
export function openDockerProgram(program: string, env: Record<string, string>): DockerProgram {
  const begin = (args: readonly string[], timeoutMs: number) => {
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    const options = { env, timeout: timeoutMs, killSignal: "SIGKILL", maxBuffer: OUTPUT_BYTES_MAX } as const;
    const child = execFile(program, args, options, (error, stdout, stderr) => {
      if (error === null) return resolve(stdout.trim());
      const said = stderr.trim() || error.message;
      reject(new FlowwError("RUNTIME_UNAVAILABLE", `${program} ${args[0]}: ${said}`, { cause: error }));
    });
    return { child, output: promise };
  };
  const ask: DockerProgram["ask"] = (args, { timeoutMs = ASK_MS_MAX } = {}) => {
    const { child, output } = begin(args, timeoutMs);
    child.stdin?.end();
    return output;
  };
  return {
    ask,
    hasImage: (name) =>
      ask(["image", "inspect", "--format", "{{.Id}}", name]).then(
        () => true,
        () => false,
      ),
    feed: async (args, input) => {
      const { child, output } = begin(args, FEED_MS_MAX);
      const fed = pipeline(Readable.from(input), child.stdin!).catch((error: NodeJS.ErrnoException) => {
        // The program has ended, and says why itself.
        if (error.code === "EPIPE" || error.code === "ERR_STREAM_PREMATURE_CLOSE") return;
        child.kill("SIGKILL");
        throw error;
      });
      const [said] = await Promise.allSettled([output, fed]);
      await fed;
      if (said.status === "rejected") throw said.reason;
    },
    start: (args) => spawn(program, args, { env, cwd: "/", stdio: ["ignore", "pipe", "pipe"] }),
  };
}
