import { rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

export interface ServerFile {
  /** Where it listens, as reached from this machine. */
  url: string;
  /** At which address of this machine; `url` has another one where that is all of them. */
  host: string;
  /** Where people reach it. */
  publicUrl: string;
  pid: number;
  /** How user code is kept apart: `bubblewrap` or `permission`. */
  isolation: string;
}

/** Names the running server in its home, so that the command line on this machine finds it and can stop it. */
export async function writeServerFile(
  home: string,
  content: ServerFile,
): Promise<{ remove(): Promise<void> }> {
  const file = join(home, "server.json");
  await writeFile(`${file}.new`, `${JSON.stringify(content)}\n`, { mode: 0o600 });
  await rename(`${file}.new`, file);
  return { remove: () => rm(file, { force: true }) };
}
