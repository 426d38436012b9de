import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type BuiltSite, listStaticFiles } from "../platform/static-files.ts";

/** Undefined where it was not built: then the server says so to who asks for it. */
export async function openDashboard(folder: string): Promise<BuiltSite | undefined> {
  const files = await listStaticFiles(folder);
  if (files === undefined) return undefined;
  return { page: await readFile(join(folder, "index.html"), "utf8"), files };
}
