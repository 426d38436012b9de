import { join } from "node:path";
import { nativePackages, readLockFile } from "@floww/images";
import { isFile, type Project } from "./read-project.ts";

/**
 * Packages that stay out of the bundle: those that floww.yaml names, and what the lock file shows to be native. They are
 * there from the project's own node_modules on the laptop, and from the runtime image when it is deployed.
 *
 * @throws FlowwError LOCK_FILE_INVALID
 */
export async function externalPackages({
  folder,
  build: { external = [] },
}: Pick<Project, "folder" | "build">): Promise<string[]> {
  if (!(await isFile(join(folder, "package-lock.json")))) return [...external];
  return [...new Set([...external, ...nativePackages(await readLockFile(folder))])].sort();
}
