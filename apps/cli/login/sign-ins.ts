import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { FlowwError } from "@floww/contract/errors";
import { z } from "zod";

/** What `floww login` brought home from one server. */
const signIn = z.object({
  server: z.url(),
  accessToken: z.string().min(1),
  refreshToken: z.string().min(1),
  /** Of the access token, in milliseconds since 1970 by this machine's clock. */
  expiresAtMs: z.number(),
});

export type SignIn = z.infer<typeof signIn>;

/** `sign-ins/<host>.json`, mode 0600: apart from the profile, for it is rewritten each hour. */
export class SignIns {
  readonly #folder: string;

  constructor(configFolder: string) {
    this.#folder = join(configFolder, "sign-ins");
  }

  /** The sign-in of exactly this server: a token is shown to no other port, and not to http when it came over https. */
  async find(serverUrl: string): Promise<SignIn | undefined> {
    const text = await readFile(this.file(serverUrl), "utf8").catch(ifAbsent);
    if (text === undefined) return undefined;
    const found = signIn.safeParse(parseJson(text));
    if (!found.success)
      throw new FlowwError("UNAUTHENTICATED", `${this.file(serverUrl)} cannot be read.`, {
        fix: "Run `floww login` again.",
      });
    return new URL(found.data.server).origin === new URL(serverUrl).origin ? found.data : undefined;
  }

  async save(found: SignIn): Promise<void> {
    const file = this.file(found.server);
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    const making = `${file}.${process.pid}`;
    await writeFile(making, `${JSON.stringify(found, null, 2)}\n`, { mode: 0o600 });
    await rename(making, file);
  }

  async forget(serverUrl: string): Promise<void> {
    await rm(this.file(serverUrl), { force: true });
  }

  file(serverUrl: string): string {
    // A port's colon and the brackets of an IPv6 address are not file names everywhere.
    return join(this.#folder, `${new URL(serverUrl).host.replaceAll(/[^\w.-]/g, "_")}.json`);
  }
}

function ifAbsent(error: NodeJS.ErrnoException): undefined {
  if (error.code !== "ENOENT") throw error;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
