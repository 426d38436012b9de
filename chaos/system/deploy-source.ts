import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Client } from "@floww/contract/api";
import { buildBundle } from "../../apps/cli/project/build-bundle.ts";
import { type Deployed, deployBundle } from "../../apps/cli/project/deploy-bundle.ts";
import { enumerateBundle } from "../../apps/cli/project/enumerate-bundle.ts";

const floww = fileURLToPath(new URL("../../packages/floww", import.meta.url));
const executorFile = fileURLToPath(new URL("../../packages/executor/dist/executor.cjs", import.meta.url));

export type Prepared = Pick<Parameters<typeof deployBundle>[1], "bundle" | "manifest">;

/** Bundles a source as the command line does, and asks it what it declares. */
export async function prepareSource(source: string): Promise<Prepared> {
  const bundle = await bundleSource(source);
  return { bundle, manifest: await enumerateBundle(bundle, { executorFile, folder: "/" }) };
}

export async function bundleSource(source: string): Promise<Prepared["bundle"]> {
  const folder = await mkdtemp(join(tmpdir(), "floww-chaos-project-"));
  try {
    await mkdir(join(folder, "node_modules"));
    await symlink(floww, join(folder, "node_modules", "floww"));
    const entryFile = join(folder, "main.js");
    await writeFile(entryFile, source);
    return await buildBundle({ folder, entryFile, build: {} });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Makes the workflow and its first version. */
export async function deploySource(
  client: Client,
  { namespaceId, name, source }: { namespaceId: string; name: string; source: string },
): Promise<Deployed> {
  const prepared = await prepareSource(source);
  const { id: workflowId } = await client.createWorkflow({ params: { namespaceId }, body: { name } });
  return deployBundle(client, { namespaceId, workflowId, ...prepared, providers: {} });
}
