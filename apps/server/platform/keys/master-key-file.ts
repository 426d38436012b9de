import { randomBytes } from "node:crypto";
import { link, open, readFile, stat, unlink } from "node:fs/promises";
import { join } from "node:path";
import { FlowwError } from "@floww/contract/errors";
import { KEY_BYTES } from "./key-ring.ts";

export const MASTER_KEY_FILE = "master.key";

/**
 * Reads `master.key` of the home, 32 bytes. The first start of a database makes it; `mayCreate` is false for one that has
 * keys already, which another file cannot open. @throws FlowwError MASTER_KEY_INVALID, MASTER_KEY_WRONG
 */
export async function readMasterKey(home: string, { mayCreate }: { mayCreate: boolean }): Promise<Buffer> {
  const file = join(home, MASTER_KEY_FILE);
  const present = await readFile(file, "utf8").catch(ifAbsent);
  if (present === undefined && !mayCreate)
    throw new FlowwError("MASTER_KEY_WRONG", `${file} is missing, and the database has keys that need it.`, {
      fix: `Copy ${MASTER_KEY_FILE} from the home of a server that uses this database, or from where it is kept, to ${file}.`,
    });
  const text = present ?? (await createKeyFile(file));
  await refuseReadableByOthers(file);
  const master = Buffer.from(text.trim(), "base64url");
  // A truncated file must not become a weak key, nor be replaced: what is encrypted under the true one would be lost.
  if (master.byteLength !== KEY_BYTES)
    throw new FlowwError("MASTER_KEY_INVALID", `${file} does not hold a key of ${KEY_BYTES} bytes.`);
  return master;
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
