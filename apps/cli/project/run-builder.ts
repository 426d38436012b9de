import { spawn } from "node:child_process";
import { FlowwError } from "@floww/contract/errors";

const OUTPUT_CHARACTERS_MAX = 4_000;

/**
 * Runs a program that builds images to its end; resolves with the last of what it wrote to stdout. Arguments never pass a
 * shell. @throws FlowwError IMAGE_BUILD_FAILED with its own last words
 */
export function runBuilder(
  program: string,
  args: readonly string[],
  env: Record<string, string | undefined>,
  onLine: (line: string) => void,
): Promise<string> {
  const { promise, resolve: done, reject } = Promise.withResolvers<string>();
  const child = spawn(program, args, { env, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  let said = "";
  child.stdout.on("data", (text: Buffer) => {
    output = `${output}${text}`.slice(-OUTPUT_CHARACTERS_MAX);
  });
  child.stderr.on("data", (text: Buffer) => {
    said = `${said}${text}`.slice(-OUTPUT_CHARACTERS_MAX);
  });
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (text: Buffer) => {
      for (const line of String(text).split(/\r?\n/)) if (line.trim() !== "") onLine(line);
    });
  child.once("error", (cause: NodeJS.ErrnoException) => {
    const why = cause.code === "ENOENT" ? "is not installed" : `could not be started: ${cause.message}`;
    reject(new FlowwError("IMAGE_BUILD_FAILED", `${program} ${why}.`, { cause }));
  });
  child.once("close", (code) => {
    if (code === 0) return done(output.trim());
    const why = said.trim() || output.trim() || `it ended with ${code}`;
    reject(new FlowwError("IMAGE_BUILD_FAILED", `${program} ${args[0]}: ${why}`));
  });
  return promise;
}
