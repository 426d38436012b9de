import { randomBytes } from "node:crypto";
import { mkdir, open, rename, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { FlowwError } from "@floww/contract/errors";

const OTHERS = 0o077;

/** Reads a file that holds a token. @throws FlowwError TOKEN_FILE_UNSAFE when others may read or change it */
export async function readPrivateFile(file: string): Promise<string | undefined> {
  const handle = await open(file, "r").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT" || error.code === "ENOTDIR") return undefined;
    throw error;
  });
  if (handle === undefined) return undefined;
  await using opened = handle;
  const { mode } = await opened.stat();
  // Windows has no such bits; its home folders are private already.
  if (process.platform !== "win32" && (mode & OTHERS) !== 0) {
    const shown = (mode & 0o777).toString(8);
    throw new FlowwError(
      "TOKEN_FILE_UNSAFE",
      `${file} holds a token, and others can open it (mode ${shown}).`,
      {
        fix: `Run \`chmod 600 ${file}\`. If others use this machine, renew the token too.`,
      },
    );
  }
  return opened.readFile("utf8");
}

/** Writes a file of mode 0600, whole or not at all: a reader never sees half of it. */
export async function writePrivateFile(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const draft = `${file}.${randomBytes(6).toString("hex")}`;
  try {
    await using handle = await open(draft, "wx", 0o600);
    await handle.writeFile(text);
    await handle.sync();
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
  await rename(draft, file);
}

export async function removeFile(file: string): Promise<boolean> {
  const isThere = await stat(file).then(
    () => true,
    () => false,
  );
  await rm(file, { force: true });
  return isThere;
}
