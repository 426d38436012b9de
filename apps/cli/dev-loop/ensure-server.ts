import { spawn } from "node:child_process";
import { closeSync, fstatSync, mkdirSync, openSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { createClient } from "@floww/contract/api";
import { FlowwError } from "@floww/contract/errors";
import { type Environment, environmentOfServer } from "../environment.ts";
import { findServer } from "../session.ts";
import { findLocalServer, isRunning } from "../settings/local-server.ts";
import { findServerProgram } from "../settings/server-program.ts";
import type { Terminal } from "../terminal.ts";
import { assertListensThere, type ListenAddress } from "./listen-address.ts";

const START_MS_MAX = 90_000;
const POLL_MS = 100;
/** A server that nobody needs any more goes by itself. */
const IDLE_STOP_MINUTES = 30;
/** What a server says that finds another one in its home: its last line is the error's fix. */
const HOME_LOCKED = new FlowwError("HOME_LOCKED").fix;

/**
 * With no server named and none running on this machine, starts the embedded one: one per home, so that a second
 * project finds it running, or waits for the one that is starting. It outlives this command.
 *
 * @throws FlowwError SERVER_NOT_INSTALLED, SERVER_UNREACHABLE, STATE_CONFLICT for an address that it cannot listen at
 */
export async function ensureServer(
  environment: Environment,
  { folder, listen, terminal }: { folder: string; listen: ListenAddress; terminal: Terminal },
): Promise<void> {
  const access = await findServer(environment);
  const isThere = !access.isOurs || (await isUp(access.serverUrl));
  assertListensThere({ ...access, isUp: isThere }, listen);
  if (isThere) return;
  const program = await findServerProgram(folder);
  terminal.note("No server is running; starting the one on this machine…");
  mkdirSync(environment.home, { recursive: true, mode: 0o700 });
  const logFile = join(environment.home, "server.log");
  const log = openSync(logFile, "a", 0o600);
  const { size: loggedBefore } = fstatSync(log);
  const child = spawn(process.execPath, ["--no-warnings", program], {
    detached: true,
    stdio: ["ignore", log, log],
    env: environmentOfServer(environment, { idleStopMinutes: IDLE_STOP_MINUTES, listen }),
  });
  closeSync(log);
  child.unref();
  let isEnded = false;
  child.once("close", () => {
    isEnded = true;
  });
  let isAwaited = true;
  const until = Date.now() + START_MS_MAX;
  while (isAwaited && Date.now() < until) {
    const local = await findLocalServer(environment.home);
    if (local !== undefined && isRunning(local.pid) && (await isUp(local.url))) {
      if (local.pid !== child.pid)
        assertListensThere({ ...(await findServer(environment)), isUp: true }, listen);
      return;
    }
    // Another command was first with its own: then that one's is ours as well.
    if (isEnded) isAwaited = (await readLog(logFile, loggedBefore)).includes(HOME_LOCKED);
    await delay(POLL_MS);
  }
  const tail = (await readLog(logFile)).trim().split("\n").slice(-6).join("\n");
  throw new FlowwError("SERVER_UNREACHABLE", `The server did not start; the end of ${logFile}:\n${tail}`);
}

async function readLog(file: string, fromByte = 0): Promise<string> {
  return (await readFile(file).catch(() => Buffer.alloc(0))).subarray(fromByte).toString("utf8");
}

function isUp(serverUrl: string): Promise<boolean> {
  return createClient({ serverUrl })
    .getReady({})
    .then(
      () => true,
      // It is there all the same, and says so: a second one of this home could not start.
      (error: unknown) => error instanceof FlowwError && error.code === "SERVER_NOT_READY",
    );
}
