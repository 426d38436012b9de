import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const floww = fileURLToPath(new URL("../../packages/floww", import.meta.url));

export interface WorkflowProject {
  folder: string;
  write(source: string): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** A workflow's folder outside the repository, with `floww` in its node_modules. */
export async function createProject(name: string, source: string): Promise<WorkflowProject> {
  const folder = await mkdtemp(join(tmpdir(), "floww-project-"));
  await mkdir(join(folder, "node_modules"));
  await symlink(floww, join(folder, "node_modules", "floww"));
  await writeFile(join(folder, "floww.yaml"), `name: ${name}\n`);
  const write = (text: string) => writeFile(join(folder, "main.ts"), text);
  await write(source);
  return { folder, write, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
}
