import { symlink } from "node:fs/promises";
import { join, resolve } from "node:path";

const FOLDER = "node_modules";

/** Lets a bundle that lies elsewhere find what it does not hold: in its project's own node_modules. */
export async function linkPackages(project: string, bundleFolder: string): Promise<void> {
  // Where a project has none, there is nothing to find.
  await symlink(join(resolve(project), FOLDER), join(bundleFolder, FOLDER), "junction");
}
