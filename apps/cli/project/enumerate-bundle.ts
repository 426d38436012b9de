import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FlowwError } from "@floww/contract/errors";
import { type Manifest, manifest as manifestSchema } from "@floww/contract/manifest";
import { ExecutorProcess } from "@floww/executor/host";
import type { BuiltBundle } from "./build-bundle.ts";
import { linkPackages } from "./link-packages.ts";
import { spawnExecutor } from "./spawn-executor.ts";

/**
 * Runs the bundle's top level in a child process and returns what it declares. `folder`: the project's.
 * @throws FlowwError of the import
 */
export async function enumerateBundle(
  bundle: Pick<BuiltBundle, "code" | "map">,
  { executorFile, folder }: { executorFile: string; folder: string },
): Promise<Manifest> {
  const bundleFolder = await mkdtemp(join(tmpdir(), "floww-enumerate-"));
  await linkPackages(folder, bundleFolder);
  const executor = new ExecutorProcess(spawnExecutor({ executorFile, bundleFolder }));
  try {
    const { code, map } = bundle;
    const target = {
      namespaceId: "",
      workflowId: "",
      deploymentId: "",
      bundle: async () => ({ code, map }),
      env: async () => ({}),
    };
    return parseManifest(await executor.load(target, "enumerate"));
  } finally {
    executor.kill();
    await executor.closed;
    await rm(bundleFolder, { recursive: true, force: true });
  }
}

/** @throws FlowwError MANIFEST_INVALID with the place in it */
export function parseManifest(sent: unknown): Manifest {
  const parsed = manifestSchema.safeParse(sent);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new FlowwError("MANIFEST_INVALID", `${issue?.path.join(".")}: ${issue?.message}`);
}
