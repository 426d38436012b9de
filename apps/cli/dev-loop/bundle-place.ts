import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { linkPackages } from "../project/link-packages.ts";

export interface BundlePlace extends AsyncDisposable {
  /** Where executors put the bundles that they import. */
  folder: string;
}

/**
 * A folder for this session's bundles, gone when it ends. Under an inspector it lies in the project: an editor reads the
 * source maps of what lies in its workspace, and of nothing else.
 */
export async function openBundlePlace(
  project: string,
  { isDebugging }: { isDebugging: boolean },
): Promise<BundlePlace> {
  const folder = isDebugging ? await makeInProject(project) : await makeElsewhere(project);
  return { folder, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
}

async function makeElsewhere(project: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "floww-dev-"));
  await linkPackages(project, folder);
  return folder;
}

async function makeInProject(project: string): Promise<string> {
  const own = join(project, ".floww");
  await mkdir(own, { recursive: true });
  // A project that was not made by `floww init` need not know of it.
  await writeFile(join(own, ".gitignore"), "*\n");
  return mkdtemp(join(own, "debug-"));
}
