import { execFile } from "node:child_process";
import { mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Puts a disk of its own under a folder, small enough to be filled. */
export async function mountSmallDisk(folder: string, megabytes: number): Promise<AsyncDisposable> {
  await run("mount", ["-t", "tmpfs", "-o", `size=${megabytes}m,mode=0700`, "tmpfs", folder]);
  return {
    // Lazily: what was killed a moment ago may still hold a file.
    [Symbol.asyncDispose]: async () => {
      await run("umount", ["--lazy", folder]);
    },
  };
}

/** Why this machine lets nobody mount; undefined when it does. */
export async function cannotMount(): Promise<string | undefined> {
  const folder = await mkdtemp(join(tmpdir(), "floww-chaos-mount-"));
  try {
    await using _disk = await mountSmallDisk(folder, 1);
    return undefined;
  } catch (error) {
    return `not found: a way to mount a small disk (${(error as Error).message.split("\n", 1)[0]})`;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const BLOCK = Buffer.alloc(1024 * 1024, 1);

/** Writes until nothing more goes on the folder's disk; disposing makes room again. */
export async function fillDisk(folder: string): Promise<AsyncDisposable> {
  const file = join(folder, "ballast");
  const handle = await open(file, "w");
  try {
    for (let block = BLOCK; block.byteLength > 0; ) {
      const { bytesWritten } = await handle.write(block).catch(() => ({ bytesWritten: 0 }));
      // To the last byte: a database finds room where a megabyte no longer goes.
      if (bytesWritten < block.byteLength) block = block.subarray(0, Math.floor(block.byteLength / 2));
    }
  } finally {
    await handle.close();
  }
  return { [Symbol.asyncDispose]: () => rm(file, { force: true }) };
}
