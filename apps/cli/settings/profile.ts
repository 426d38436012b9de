import { join } from "node:path";
import { FlowwError } from "@floww/contract/errors";
import { z } from "zod";
import { readPrivateFile, writePrivateFile } from "./private-file.ts";

/** What is remembered about one server: `profiles/<host>.json`, mode 0600. */
const profile = z.object({
  server: z.url(),
  token: z.string().min(1).optional(),
  /** By name: it is what people read and write. */
  namespace: z.string().min(1).optional(),
});

export type Profile = z.infer<typeof profile>;

export function profileFile(configFolder: string, serverUrl: string): string {
  // A port's colon and the brackets of an IPv6 address are not file names everywhere.
  return join(configFolder, "profiles", `${new URL(serverUrl).host.replaceAll(/[^\w.-]/g, "_")}.json`);
}

/**
 * The profile of exactly this server. A token is given to nobody else: not to another port, and not to http when it
 * was got over https.
 */
export async function findProfile(configFolder: string, serverUrl: string): Promise<Profile | undefined> {
  const file = profileFile(configFolder, serverUrl);
  const text = await readPrivateFile(file);
  if (text === undefined) return undefined;
  const found = parseProfile(file, text);
  return new URL(found.server).origin === new URL(serverUrl).origin ? found : undefined;
}

/** Changes what is named and keeps the rest; `undefined` forgets. */
export async function changeProfile(
  configFolder: string,
  serverUrl: string,
  changes: { [Key in "token" | "namespace"]?: string | undefined },
): Promise<void> {
  const present = await findProfile(configFolder, serverUrl);
  const next = { ...present, ...changes, server: serverUrl };
  await writePrivateFile(profileFile(configFolder, serverUrl), `${JSON.stringify(next, null, 2)}\n`);
}

function parseProfile(file: string, text: string): Profile {
  try {
    return profile.parse(JSON.parse(text));
  } catch (cause) {
    throw new FlowwError("INPUT_INVALID", `${file} is not a profile of Floww.`, {
      cause,
      fix: "Delete it, and sign in again.",
    });
  }
}
