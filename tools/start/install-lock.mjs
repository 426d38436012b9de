import { mkdirSync, readFileSync, renameSync, rmdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

const SECOND = 1000;
const POLL_MS = 200;
/** An owner writes its pid within milliseconds; a folder without one for this long belongs to a dead process. */
const UNSIGNED_MS = 10 * SECOND;
/** Longer than any installation: beyond it the pid was given to another program. */
const WAIT_MAX_MS = 15 * 60 * SECOND;

/**
 * Runs `work` while holding `folder`, which only one process can create (mkdir is atomic). A dead owner's lock is
 * taken over in place and never removed by another: removing would race with the next owner's creation.
 */
export async function withLock(folder, { onWait }, work) {
  const deadline = Date.now() + WAIT_MAX_MS;
  let told = false;
  while (!acquire(folder)) {
    if (Date.now() > deadline) throw new LockBusy(folder);
    if (!told) onWait(ownerOf(folder));
    told = true;
    await delay(POLL_MS);
  }
  const release = () => releaseLock(folder);
  process.on("exit", release);
  try {
    return await work();
  } finally {
    process.off("exit", release);
    release();
  }
}

/** The lock stayed taken by a living process until the limit. */
export class LockBusy extends Error {
  constructor(folder) {
    super(
      `Another installation (process ${ownerOf(folder)}) did not end. If none is running, delete ${folder}.`,
    );
  }
}

function acquire(folder) {
  if (succeeds(() => mkdirSync(folder), "EEXIST")) {
    sign(folder);
    return true;
  }
  return isAbandoned(folder) && takeOver(folder);
}

function takeOver(folder) {
  const claim = join(folder, "claim");
  if (!succeeds(() => mkdirSync(claim), "EEXIST", "ENOENT")) {
    if (ageMs(claim) > UNSIGNED_MS) succeeds(() => rmdirSync(claim), "ENOENT");
    return false;
  }
  // Asked again under the claim: whoever held it before may have taken the lock over.
  const mine = isAbandoned(folder);
  if (mine) sign(folder);
  succeeds(() => rmdirSync(claim), "ENOENT");
  return mine;
}

function isAbandoned(folder) {
  const owner = ownerOf(folder);
  return owner === undefined ? ageMs(folder) > UNSIGNED_MS : !isAlive(owner);
}

function sign(folder) {
  const draft = join(folder, `pid.${process.pid}`);
  writeFileSync(draft, String(process.pid));
  renameSync(draft, join(folder, "pid"));
}

function releaseLock(folder) {
  if (ownerOf(folder) === process.pid) rmSync(folder, { recursive: true, force: true });
}

function ownerOf(folder) {
  try {
    return Number(readFileSync(join(folder, "pid"), "utf8")) || undefined;
  } catch (error) {
    if (error.code === "ENOENT") return undefined;
    throw error;
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}

function ageMs(path) {
  try {
    return Date.now() - statSync(path).mtimeMs;
  } catch {
    return 0; // gone meanwhile: the next round sees it
  }
}

function succeeds(action, ...expectedCodes) {
  try {
    action();
    return true;
  } catch (error) {
    if (expectedCodes.includes(error.code)) return false;
    throw error;
  }
}
