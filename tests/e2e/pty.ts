import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { eventually } from "./eventually.ts";
import { homeEnvironment } from "./home-environment.ts";

const main = fileURLToPath(new URL("../../apps/cli/main.ts", import.meta.url));
const DEADLINE_MS = 60_000;

export const ENTER = "\r";
export const DOWN = "\u001b[B";
export const CTRL_C = "\u0003";

/** A command with a person in front of it. */
export interface Conversation extends AsyncDisposable {
  /** Resolves when this was printed, after what was waited for before; rejects with all that was. */
  sees(text: string): Promise<void>;
  types(keys: string): void;
  /** All that was printed, without colours and cursor moves. */
  text(): string;
  /** How it ended. */
  closed: Promise<number | null>;
}

/** Runs the command line at a terminal: util-linux `script` gives it one. */
export function converse(
  args: string[],
  { cwd, home, env = {} }: { cwd: string; home: string; env?: Record<string, string> },
): Conversation {
  const words = [process.execPath, "--no-warnings", main, ...args].map((word) => `'${word}'`);
  // `exec`: else Ctrl-C would end the shell around it, with its own exit code.
  const command = `exec ${words.join(" ")}`;
  const child = spawn("script", ["--quiet", "--return", "--command", command, "/dev/null"], {
    cwd,
    env: { ...homeEnvironment(home), TERM: "xterm", ...env },
    stdio: "pipe",
    timeout: DEADLINE_MS,
  });
  let printed = "";
  let seenUntil = 0;
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    printed += chunk;
  });
  const text = () => printed.replaceAll(/\u001b\[[0-9;?]*[A-Za-z]/g, "");
  const closed = new Promise<number | null>((resolve) => child.once("close", resolve));
  return {
    text,
    closed,
    sees: async (wanted) => {
      const at = await eventually(async () => {
        const found = text().indexOf(wanted, seenUntil);
        return found === -1 ? undefined : found;
      }).catch(() => -1);
      if (at === -1) throw new RangeError(`"${wanted}" was not printed; this was:\n${text()}`);
      seenUntil = at + wanted.length;
    },
    types: (keys) => void child.stdin.write(keys),
    [Symbol.asyncDispose]: async () => {
      child.kill("SIGTERM");
      await closed;
    },
  };
}
