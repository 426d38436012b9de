import { execFile } from "node:child_process";
import { chmod, copyFile, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

export interface PackedPackage {
  manifest: { name: string; version: string; bin: Record<string, string> } & Record<string, unknown>;
  /** Where its files are put together. */
  folder: string;
}

/** Adds what every packed package has (starter, executor, licence, package.json) and makes the tarball; its path. */
export async function writePackage(root: string, { manifest, folder }: PackedPackage): Promise<string> {
  await mkdir(join(folder, "bin"), { recursive: true });
  for (const path of Object.values(manifest.bin)) {
    await copyFile(join(root, "tools/pack/starter.mjs"), join(folder, path));
    await chmod(join(folder, path), 0o755);
  }
  await copyFile(join(root, "packages/executor/dist/executor.cjs"), join(folder, "dist/executor.cjs"));
  await copyFile(join(root, "LICENSE"), join(folder, "LICENSE"));
  await writeFile(join(folder, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
  // Beside the staging folder that it lies in.
  const destination = join(folder, "../../pack");
  const npm = process.platform === "win32" ? "npm.cmd" : "npm";
  const args = ["pack", "--json", "--ignore-scripts", "--pack-destination", destination];
  const { stdout } = await run(npm, args, { cwd: folder, shell: process.platform === "win32" });
  const [packed] = JSON.parse(stdout) as { filename: string }[];
  return join(destination, packed!.filename);
}
