import { join } from "node:path";
import { z } from "zod";
import { readPrivateFile } from "./private-file.ts";

/** What a running server writes into its home, and takes away when it stops: where it listens, and who it is. */
const serverFile = z.object({
  url: z.url(),
  /** At which address of this machine; `url` has another one where that is all of them. */
  host: z.string().optional(),
  /** Where people reach it, when that is another address. */
  publicUrl: z.url().optional(),
  pid: z.number().int().positive(),
  isolation: z.string().optional(),
});

export type LocalServer = z.infer<typeof serverFile>;

export async function findLocalServer(home: string): Promise<LocalServer | undefined> {
  const text = await readPrivateFile(join(home, "server.json"));
  if (text === undefined) return undefined;
  try {
    return serverFile.parse(JSON.parse(text));
  } catch {
    // Written by another version: then it is as if none were named.
    return undefined;
  }
}

/** The owner's key of the server on this machine. */
export async function readOwnerToken(home: string): Promise<string | undefined> {
  const text = await readPrivateFile(join(home, "owner.token"));
  return text?.trim() || undefined;
}

/** False for a process that ended without taking its server.json away. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
