import { join } from "node:path";
import { FlowwError } from "@floww/contract/errors";
import { nativePackages, readLockFile } from "@floww/images";
import { isFile, type Project } from "./read-project.ts";

/**
 * Packages that stay out of the bundle: those that floww.yaml names, and what the lock file shows to be native. They are
 * there from the project's own node_modules on the laptop, and from the runtime image when it is deployed.
 */
export async function externalPackages({
  folder,
  build: { external = [] },
}: Pick<Project, "folder" | "build">): Promise<string[]> {
  if (!(await isFile(join(folder, "package-lock.json")))) return [...external];
  return [...new Set([...external, ...(await findNative(folder))])].sort();
}

/** Of a lock file that is too old, or broken, nothing is known: whoever needs an image hears of it when it is built. */
async function findNative(folder: string): Promise<string[]> {
  try {
    return nativePackages(await readLockFile(folder));
  } catch (error) {
    if (error instanceof FlowwError && error.code === "LOCK_FILE_INVALID") return [];
    throw error;
  }
}
