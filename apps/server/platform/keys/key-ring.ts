import { hkdfSync, randomBytes } from "node:crypto";
import { link, open, readFile, stat, unlink } from "node:fs/promises";
import { join } from "node:path";
import { FlowwError } from "@floww/contract/errors";

/** Keys for one purpose each, so that what leaks in one place opens nothing elsewhere. */
export interface KeyRing {
  /** 32 bytes; the same purpose always gives the same key. */
  deriveKey(purpose: string): Buffer;
}

const KEY_BYTES = 32;
const FILE = "master.key";

/** Reads `master.key` of the home; the first start makes it. @throws FlowwError MASTER_KEY_INVALID */
export async function openKeyRing(home: string): Promise<KeyRing> {
  const file = join(home, FILE);
  const present = await readFile(file, "utf8").catch(ifAbsent);
  const text = present ?? (await createKeyFile(file));
  await refuseReadableByOthers(file);
  const master = Buffer.from(text.trim(), "base64url");
  // A truncated file must not become a weak key, nor be replaced: what is encrypted under the true one would be lost.
  if (master.byteLength !== KEY_BYTES)
    throw new FlowwError("MASTER_KEY_INVALID", `${file} does not hold a key of ${KEY_BYTES} bytes.`);
  return {
    deriveKey: (purpose) => Buffer.from(hkdfSync("sha256", master, "", `floww:${purpose}`, KEY_BYTES)),
  };
}

/** Written beside its place and linked there when whole; of two that start at once, both use the first one's. */
async function createKeyFile(file: string): Promise<string> {
  const making = `${file}.${randomBytes(6).toString("hex")}`;
  const handle = await open(making, "wx", 0o600);
  try {
    await handle.writeFile(`${randomBytes(KEY_BYTES).toString("base64url")}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await link(making, file).catch(ifPresent);
  await unlink(making);
  return readFile(file, "utf8");
}

async function refuseReadableByOthers(file: string): Promise<void> {
  if (process.platform === "win32") return;
  const { mode } = await stat(file);
  if ((mode & 0o077) === 0) return;
  throw new FlowwError("MASTER_KEY_INVALID", `${file} can be read by other users.`, {
    fix: `Run: chmod 600 ${file}`,
  });
}

function ifAbsent(error: NodeJS.ErrnoException): undefined {
  if (error.code !== "ENOENT") throw error;
}

function ifPresent(error: NodeJS.ErrnoException): void {
  if (error.code !== "EEXIST") throw error;
}
