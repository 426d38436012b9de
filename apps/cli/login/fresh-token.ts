import { mkdir, rm, stat } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { OAuthClient } from "./oauth-client.ts";
import type { SignIn, SignIns } from "./sign-ins.ts";

/** Renewed a little before its end, so that it does not end on its way. */
const EARLY_MS = 60_000;
/** A refresh takes one request; a lock older than this was left by a command that was killed. */
const LOCK_MS_MAX = 40_000;
const POLL_MS = 50;

/**
 * The access token for a server, renewed when its hour is over; undefined when nobody is signed in there (any more).
 * A refresh token is good once: two commands at once must not both use it, or the server takes the second for a thief.
 */
export async function freshToken(signIns: SignIns, serverUrl: string): Promise<string | undefined> {
  const found = await signIns.find(serverUrl);
  if (found === undefined || !isOver(found)) return found?.accessToken;
  return withLock(`${signIns.file(serverUrl)}.lock`, async () => {
    // Whoever had the lock before may have done it.
    const current = await signIns.find(serverUrl);
    if (current === undefined || !isOver(current)) return current?.accessToken;
    const next = await new OAuthClient(serverUrl).refresh(current.refreshToken);
    if (next === undefined) await signIns.forget(serverUrl);
    else await signIns.save(next);
    return next?.accessToken;
  });
}

function isOver({ expiresAtMs }: SignIn): boolean {
  return expiresAtMs - EARLY_MS < Date.now();
}

/** A folder is the lock: making one succeeds for one process only, on every file system. */
async function withLock<T>(folder: string, work: () => Promise<T>): Promise<T> {
  while (!(await makeFolder(folder))) {
    const made = await stat(folder).catch(() => undefined);
    if (made !== undefined && Date.now() - made.mtimeMs > LOCK_MS_MAX)
      await rm(folder, { recursive: true, force: true });
    await sleep(POLL_MS);
  }
  try {
    return await work();
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function makeFolder(folder: string): Promise<boolean> {
  try {
    await mkdir(folder);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}
