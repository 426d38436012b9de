import { createHash } from "node:crypto";
import { realpathSync } from "node:fs";
import { unlink } from "node:fs/promises";
import { connect, createServer, type Server } from "node:net";
import { join } from "node:path";
import { FlowwError } from "@floww/contract/errors";

export interface HomeLock {
  release(): Promise<void>;
}

/**
 * Makes this process the only server of its home. On Linux the lock is an abstract socket: the kernel gives it up with
 * the process, however it ends, so there is never a stale one. Elsewhere it is a socket file, and a dead one is replaced.
 */
export async function lockHome(home: string): Promise<HomeLock> {
  const isLinux = process.platform === "linux";
  const hash = createHash("sha256").update(realpathSync(home)).digest("hex").slice(0, 32);
  const address = isLinux ? `\0floww-${hash}` : join(home, "server.lock");
  const server = (await listenOn(address)) ?? (isLinux ? undefined : await replaceDead(address));
  if (server === undefined)
    throw new FlowwError("HOME_LOCKED", `Another Floww server is running on ${home}.`);
  server.unref();
  return { release: () => new Promise((resolve) => server.close(() => resolve())) };
}

function listenOn(address: string): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EADDRINUSE") resolve(undefined);
      else reject(error);
    });
    server.listen(address, () => resolve(server));
  });
}

async function replaceDead(address: string): Promise<Server | undefined> {
  const isAlive = await new Promise<boolean>((resolve) => {
    const socket = connect(address, () => resolve(true));
    socket.once("error", () => resolve(false));
    socket.once("connect", () => socket.destroy());
  });
  if (isAlive) return undefined;
  await unlink(address);
  return listenOn(address);
}
