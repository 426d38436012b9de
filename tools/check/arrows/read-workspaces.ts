import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Workspace } from "./graph.ts";

/** The packages that can be imported by name, from their package.json. */
export async function readWorkspaces(root: string): Promise<Workspace[]> {
  const found = await Promise.all(["packages", "apps"].map((parent) => readFolder(root, parent)));
  return found.flat();
}

async function readFolder(root: string, parent: string): Promise<Workspace[]> {
  const entries = await readdir(join(root, parent), { withFileTypes: true });
  const folders = entries.filter((entry) => entry.isDirectory()).map((entry) => `${parent}/${entry.name}`);
  const found = await Promise.all(folders.map((folder) => readWorkspace(root, folder)));
  return found.filter((workspace) => workspace !== undefined);
}

async function readWorkspace(root: string, folder: string): Promise<Workspace | undefined> {
  const text = await readFile(join(root, folder, "package.json"), "utf8").catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code !== "ENOENT") throw error;
    },
  );
  if (text === undefined) return undefined;
  // Our own file, and npm has read it before us.
  const { name, exports = {} } = JSON.parse(text) as { name: string; exports?: ExportsField };
  const targets = Object.entries(exports).map(([subpath, target]) => [subpath, targetOf(target)] as const);
  return { name, folder, exports: Object.fromEntries(targets) };
}

type ExportTarget = string | { readonly default?: string; readonly import?: string };
type ExportsField = Readonly<Record<string, ExportTarget>>;

function targetOf(target: ExportTarget): string {
  return typeof target === "string" ? target : (target.import ?? target.default ?? "");
}
