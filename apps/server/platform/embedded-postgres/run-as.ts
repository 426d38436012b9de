import { spawnSync } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { stat } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { FlowwError } from "@floww/contract/errors";

/** Who PostgreSQL runs as: root it refuses. */
export interface PostgresUser {
  /** What changes to it, before the program's own words. */
  prefix: readonly string[];
  /** Who owns its files, as the machine sees it; undefined: we do. */
  owner?: Owner;
}

interface Owner {
  uid: number;
  gid: number;
}

/** How to start a PostgreSQL program; on Linux it should end with its parent. */
export function postgresCommand(
  program: string,
  args: string[],
  { path, user }: { path: string; user: PostgresUser },
): { file: string; args: string[] } {
  const command = [...user.prefix, ...endWithParent(program, path), program, ...args];
  return { file: command[0]!, args: command.slice(1) };
}

/**
 * Ourselves, unless we are root. PostgreSQL wants its data folder to be its own, so whose that is decides where there is one:
 * user namespaces may have been on when it was made and be off now, or the other way round.
 *
 * @throws FlowwError POSTGRES_FAILED
 */
export async function choosePostgresUser({
  data,
  path,
}: {
  data: string;
  path: string;
}): Promise<PostgresUser> {
  if (process.getuid?.() !== 0) return { prefix: [] };
  const found = await stat(data).catch(() => undefined);
  const owner = found === undefined || found.uid === 0 ? undefined : { uid: found.uid, gid: found.gid };
  const user = (owner === undefined ? inUserNamespace(path) : undefined) ?? asOtherUser(path, owner);
  if (user !== undefined) return user;
  throw new FlowwError(
    "POSTGRES_FAILED",
    "PostgreSQL refuses to run as root, and user namespaces are off on this machine.",
    {
      fix: "Start Floww as another user, allow user namespaces, make a user `postgres` (with `setpriv` of util-linux), or set DATABASE_URL.",
    },
  );
}

/**
 * In a user namespace of its own root looks like user 1000 to PostgreSQL, while the files stay root's: so it works in
 * a 0700 home and below /root, where another user could not even enter.
 */
function inUserNamespace(path: string): PostgresUser | undefined {
  const unshare = findProgram("unshare", path);
  if (unshare === undefined) return undefined;
  const prefix = [unshare, "--user", "--map-user=1000", "--map-group=1000"];
  return works(prefix) ? { prefix } : undefined;
}

/** Of root's powers the other user keeps this one alone, to come through folders that are root's: the home, and our own code. */
const KEPT = "-all,+dac_override";

function asOtherUser(path: string, owner = findUser()): PostgresUser | undefined {
  const setpriv = findProgram("setpriv", path);
  if (setpriv === undefined || owner === undefined) return undefined;
  const ids = [`--reuid=${owner.uid}`, `--regid=${owner.gid}`, "--clear-groups"];
  const powers = [`--inh-caps=${KEPT}`, `--ambient-caps=${KEPT}`, `--bounding-set=${KEPT}`];
  const prefix = [setpriv, ...ids, ...powers];
  return works(prefix) ? { prefix, owner } : undefined;
}

function findUser(): Owner | undefined {
  const ask = (which: string) => spawnSync("id", [which, "postgres"], { encoding: "utf8" });
  const [uid, gid] = [ask("-u"), ask("-g")];
  if (uid.status !== 0 || gid.status !== 0) return undefined;
  return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
}

function works([program, ...args]: string[]): boolean {
  return spawnSync(program!, [...args, "true"], { stdio: "ignore" }).status === 0;
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
