import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { FlowwError } from "@floww/contract/errors";

/**
 * The program of the server: the `@floww/server` of the project, else the one that is installed beside this command line,
 * else the one of this repository.
 *
 * @throws FlowwError SERVER_NOT_INSTALLED
 */
export async function findServerProgram(folder: string): Promise<string> {
  for (const from of [join(folder, "package.json"), fileURLToPath(import.meta.url)]) {
    const program = await findInstalled(from);
    if (program !== undefined) return program;
  }
  const ours = fileURLToPath(new URL("../../server/main.ts", import.meta.url));
  if (existsSync(ours)) return ours;
  throw new FlowwError("SERVER_NOT_INSTALLED");
}

async function findInstalled(from: string): Promise<string | undefined> {
  try {
    const file = createRequire(from).resolve("@floww/server/package.json");
    const { bin } = JSON.parse(await readFile(file, "utf8")) as { bin?: Record<string, string> };
    const program = bin?.["floww-server"];
    return program === undefined ? undefined : join(dirname(file), program);
  } catch {
    // Not installed there.
    return undefined;
  }
}
