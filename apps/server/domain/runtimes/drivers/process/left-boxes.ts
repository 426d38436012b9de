import { lstat, readdir, rm } from "node:fs/promises";
import { createConnection } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** How the folder of each sandbox begins, and its socket, at which its server answers as long as it lives. */
export const BOX_PREFIX = "floww-box-";
export const BOX_SOCKET = "egress.sock";

/** Removes what the sandboxes of servers that were killed have left in `folder`; those of servers that live stay. */
export async function removeLeftBoxes(folder = tmpdir()): Promise<void> {
  for (const name of await readdir(folder)) {
    const box = join(folder, name);
    if (name.startsWith(BOX_PREFIX) && (await isOwn(box)) && (await isDead(join(box, BOX_SOCKET))))
      await rm(box, { recursive: true, force: true });
  }
}

/** In a folder that everybody writes to, others may lay one under this name for us to go into. */
async function isOwn(box: string): Promise<boolean> {
  const found = await lstat(box).catch(() => undefined);
  return found?.isDirectory() === true && found.uid === process.getuid?.();
}

/** A socket file without a process. Where there is none yet, a sandbox is being made. */
function isDead(socket: string): Promise<boolean> {
  return new Promise((resolve) => {
    const connection = createConnection(socket);
    connection.once("connect", () => {
      connection.destroy();
      resolve(false);
    });
    connection.once("error", (error: NodeJS.ErrnoException) => resolve(error.code === "ECONNREFUSED"));
  });
}
