import { spawnSync } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { FlowwError } from "@floww/contract/errors";

/** How to start a PostgreSQL program: as root it refuses to run, and on Linux it should end with its parent. */
export function postgresCommand(
  program: string,
  args: string[],
  path: string,
): { file: string; args: string[] } {
  const command = [...userNamespace(path), ...endWithParent(program, path), program, ...args];
  return { file: command[0]!, args: command.slice(1) };
}

/**
 * In a user namespace of its own root looks like user 1000 to PostgreSQL, while the files stay root's: so it works in
 * a 0700 home and below /root, where another user could not even enter.
 */
function userNamespace(path: string): string[] {
  if (process.getuid?.() !== 0) return [];
  const unshare = findProgram("unshare", path);
  const prefix =
    unshare === undefined ? undefined : [unshare, "--user", "--map-user=1000", "--map-group=1000"];
  if (
    prefix !== undefined &&
    spawnSync(prefix[0]!, [...prefix.slice(1), "true"], { stdio: "ignore" }).status === 0
  ) {
    return prefix;
  }
  // Without user namespaces another user must own the data; setpriv changes to it.
  const setpriv = findProgram("setpriv", path);
  const user = spawnSync("id", ["-u", "postgres"], { encoding: "utf8" });
  if (setpriv === undefined || user.status !== 0) {
    throw new FlowwError(
      "POSTGRES_FAILED",
      "PostgreSQL refuses to run as root, and user namespaces are off on this machine.",
      {
        fix: "Start Floww as another user, allow user namespaces, make a user `postgres`, or set DATABASE_URL.",
      },
    );
  }
  return [setpriv, `--reuid=${user.stdout.trim()}`, "--clear-groups"];
}

/** SIGINT is PostgreSQL's fast, clean shutdown. A server that was killed leaves nothing behind. */
function endWithParent(program: string, path: string): string[] {
  const setpriv = program.includes("initdb") ? undefined : findProgram("setpriv", path);
  return setpriv === undefined || process.platform !== "linux" ? [] : [setpriv, "--pdeathsig", "INT"];
}

function findProgram(name: string, path: string): string | undefined {
  for (const folder of path.split(delimiter)) {
    const file = join(folder, name);
    try {
      accessSync(file, constants.X_OK);
      return file;
    } catch {
      // Not in this folder.
    }
  }
  return undefined;
}
