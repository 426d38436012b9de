import { type ChildProcess, execFile, spawn } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { closeSync, existsSync, openSync } from "node:fs";
import { lstat, mkdir, readFile, realpath, rename, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import { FlowwError } from "@floww/contract/errors";
import pg from "pg";
import { KeptPostmaster } from "./kept-postmaster.ts";
import { locateBinaries, type PostgresBinaries } from "./locate-binaries.ts";
import { type Postmaster, readPostmaster } from "./postmaster.ts";
import { choosePostgresUser, type PostgresUser, postgresCommand } from "./run-as.ts";

const MAJOR = 18;
const USER = "floww";
const PORT = 5432;
/** sun_path holds 107 bytes and a NUL. */
const SOCKET_PATH_BYTES_MAX = 107;
const START_MS_MAX = 60_000;
const STOP_MS_MAX = 30_000;
const POLL_MS = 20;

export interface EmbeddedPostgres {
  clientConfig: pg.ClientConfig;
  stop(): Promise<void>;
}

/**
 * Creates the cluster under `folder` when there is none, starts it (or adopts the one that runs), waits until it answers, and
 * starts it again when it ends unasked.
 */
export async function startEmbeddedPostgres({
  folder,
  path,
  report = () => undefined,
}: {
  folder: string;
  path: string;
  report?(error: unknown): void;
}): Promise<EmbeddedPostgres> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const data = join(folder, "data");
  const binaries = await locateBinaries(join(folder, "lib"));
  await refuseOtherMajor(data);
  const user = await choosePostgresUser({ data, path });
  if (!existsSync(join(data, "PG_VERSION"))) await createCluster({ data, folder, binaries, path, user });
  await handOver(data, user);
  const socketFolder = await makeSocketFolder(folder);
  await handOver(socketFolder, user);
  const clientConfig = await findEmbeddedPostgres(folder);
  const start = async () => {
    await endLeftover(data);
    const child = startPostmaster({ data, folder, socketFolder, binaries, path, user });
    await waitUntilReady(child, clientConfig, join(folder, "log"));
    return child;
  };
  const stop = (child: ChildProcess) => stopPostmaster(child, data);
  const postmaster = await KeptPostmaster.start({ start, stop, report });
  return { clientConfig, stop: () => postmaster.stop() };
}

/** Where the one of this folder takes connections, whoever started it. */
export async function findEmbeddedPostgres(folder: string): Promise<pg.ClientConfig> {
  return {
    host: await makeSocketFolder(folder),
    port: PORT,
    user: USER,
    database: "postgres",
    password: (await readFile(join(folder, "password"), "utf8")).trim(),
  };
}

async function refuseOtherMajor(data: string): Promise<void> {
  const version = await readFile(join(data, "PG_VERSION"), "utf8").catch(() => undefined);
  if (version === undefined || Number(version.trim()) === MAJOR) return;
  throw new FlowwError(
    "POSTGRES_VERSION",
    `${data} was written by PostgreSQL ${version.trim()}; this is PostgreSQL ${MAJOR}.`,
    {
      fix: `Migrate it with: pg_upgrade --old-datadir ${data} --new-datadir ${data}-${MAJOR} (both versions' binaries installed).`,
    },
  );
}

interface Cluster {
  data: string;
  folder: string;
  binaries: PostgresBinaries;
  path: string;
  user: PostgresUser;
}

async function createCluster({ data, folder, binaries, path, user }: Cluster): Promise<void> {
  // Made beside its place and moved there when whole: a kill in the middle leaves nothing half-made behind.
  const making = `${data}.new`;
  await rm(making, { recursive: true, force: true });
  const passwordFile = join(folder, "password");
  await writeFile(passwordFile, `${randomBytes(24).toString("base64url")}\n`, { mode: 0o600 });
  const args = [
    "-D",
    making,
    "-U",
    USER,
    "-A",
    "scram-sha-256",
    `--pwfile=${passwordFile}`,
    "-E",
    "UTF8",
    "--locale=C",
  ];
  const command = postgresCommand(binaries.initdb, args, { path, user });
  const child = spawn(command.file, command.args, {
    env: environment(binaries, path),
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  child.stdout?.on("data", (text) => {
    output += text;
  });
  child.stderr?.on("data", (text) => {
    output += text;
  });
  const code = await new Promise((resolve, reject) => child.once("close", resolve).once("error", reject));
  if (code === 0) return rename(making, data);
  throw new FlowwError(
    "POSTGRES_FAILED",
    `initdb ended with ${code}:\n${output.trim().split("\n").slice(-8).join("\n")}`,
  );
}

/** The environment is empty but for what it needs: the server's own would stand in /proc for as long as it runs. */
function environment(binaries: PostgresBinaries, path: string): NodeJS.ProcessEnv {
  return { PATH: path, LC_ALL: "C", TZ: "UTC", LD_LIBRARY_PATH: binaries.libraryFolders.join(":") };
}

/** Below the home where the path is short enough, else a private folder in the temporary one. */
async function makeSocketFolder(folder: string): Promise<string> {
  const near = join(folder, "run");
  const isShort = Buffer.byteLength(join(near, `.s.PGSQL.${PORT}.lock`)) <= SOCKET_PATH_BYTES_MAX;
  const chosen = isShort
    ? near
    : join(tmpdir(), `floww-${createHash("sha256").update(folder).digest("hex").slice(0, 16)}`);
  await mkdir(chosen, { recursive: true, mode: 0o700 });
  const status = await lstat(chosen);
  // Where it does not run as we do, its data and its sockets are another user's.
  const ownData = await stat(join(folder, "data")).catch(() => undefined);
  const isOurs = process.getuid === undefined || [process.getuid(), ownData?.uid].includes(status.uid);
  if (!status.isDirectory() || !isOurs || (status.mode & 0o077) !== 0) {
    throw new FlowwError("POSTGRES_FAILED", `${chosen} is not a private folder of yours.`, {
      fix: "Remove it, or set a shorter FLOWW_HOME.",
    });
  }
  return chosen;
}

/** What is still ours. Nobody but root can have swapped it meanwhile: what is another user's already stays as it is. */
async function handOver(folder: string, { owner }: PostgresUser): Promise<void> {
  if (owner === undefined || (await stat(folder)).uid === owner.uid) return;
  await promisify(execFile)("chown", ["-R", "-h", `${owner.uid}:${owner.gid}`, await realpath(folder)]);
}

/**
 * A postmaster that outlived its server is asked to end and waited for, so that the new one is our own child and ends
 * with us. Its pid file is never deleted: PostgreSQL itself judges it, and it is what keeps two off one folder.
 */
async function endLeftover(data: string): Promise<void> {
  const left = await readPostmaster(data);
  if (left !== undefined) await endPostmaster(left, data);
}

async function endPostmaster(postmaster: Postmaster, data: string): Promise<void> {
  postmaster.signal("SIGINT");
  const until = Date.now() + STOP_MS_MAX;
  while ((await readPostmaster(data)) !== undefined) {
    if (Date.now() > until) {
      throw new FlowwError(
        "POSTGRES_FAILED",
        `The PostgreSQL left running (pid ${postmaster.pid}) does not end.`,
        {
          fix: `Stop it with: kill -INT ${postmaster.pid}`,
        },
      );
    }
    await delay(POLL_MS);
  }
}

function startPostmaster({
  data,
  folder,
  socketFolder,
  binaries,
  path,
  user,
}: Cluster & { socketFolder: string }): ChildProcess {
  const settings = {
    listen_addresses: "",
    unix_socket_directories: socketFolder,
    unix_socket_permissions: "0700",
    port: String(PORT),
    fsync: "on",
    full_page_writes: "on",
    synchronous_commit: "on",
    max_connections: "100",
    shared_buffers: "64MB",
    wal_compression: "on",
    max_wal_size: "1GB",
    logging_collector: "off",
  };
  const args = [
    "-D",
    data,
    ...Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]),
  ];
  const command = postgresCommand(binaries.postgres, args, { path, user });
  const log = openSync(join(folder, "log"), "a", 0o600);
  // A process group of its own: Ctrl-C must reach the server first, which still writes while it stops.
  const child = spawn(command.file, command.args, {
    env: environment(binaries, path),
    stdio: ["ignore", log, log],
    detached: true,
  });
  closeSync(log);
  return child;
}

async function waitUntilReady(child: ChildProcess, config: pg.ClientConfig, logFile: string): Promise<void> {
  const until = Date.now() + START_MS_MAX;
  let failure: unknown;
  child.once("error", (error) => {
    failure = error;
  });
  while (Date.now() < until && child.exitCode === null && failure === undefined) {
    const client = new pg.Client(config);
    client.on("error", () => undefined);
    try {
      await client.connect();
      await client.end();
      return;
    } catch (error) {
      const code = (error as { code?: string }).code;
      // 57P03: starting up. Anything else that is not about the socket will not get better by waiting.
      if (code !== "57P03" && code !== "ENOENT" && code !== "ECONNREFUSED") failure = error;
      await delay(POLL_MS);
    }
  }
  const tail = (await readFile(logFile, "utf8").catch(() => "")).trim().split("\n").slice(-8).join("\n");
  throw new FlowwError("POSTGRES_FAILED", `PostgreSQL did not start; the end of ${logFile}:\n${tail}`, {
    cause: failure,
  });
}

async function stopPostmaster(child: ChildProcess, data: string): Promise<void> {
  const ended = new Promise((resolve) => child.once("close", resolve));
  if (child.exitCode !== null || child.signalCode !== null) return;
  const running = await readPostmaster(data);
  if (running === undefined) child.kill("SIGINT");
  else running.signal("SIGINT");
  await ended;
}
