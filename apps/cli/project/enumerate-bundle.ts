import { spawn } from "node:child_process";
import { FlowwError } from "@floww/contract/errors";
import { type Manifest, manifest as manifestSchema } from "@floww/contract/manifest";
import { ExecutorProcess } from "@floww/executor/host";
import type { BuiltBundle } from "./build-bundle.ts";

/** Runs the bundle's top level in a child process and returns what it declares. @throws FlowwError of the import */
export async function enumerateBundle(bundle: BuiltBundle, executorFile: string): Promise<Manifest> {
  const child = spawn(process.execPath, ["--enable-source-maps", "--no-warnings", executorFile], {
    env: {},
    stdio: ["ignore", "pipe", "pipe", "pipe"],
  });
  const executor = new ExecutorProcess(child);
  try {
    const target = {
      namespaceId: "",
      workflowId: "",
      deploymentId: "",
      bundle: async () => bundle,
      env: async () => ({}),
    };
    const parsed = manifestSchema.safeParse(await executor.load(target, "enumerate"));
    if (parsed.success) return parsed.data;
    const issue = parsed.error.issues[0];
    throw new FlowwError("MANIFEST_INVALID", `${issue?.path.join(".")}: ${issue?.message}`);
  } finally {
    executor.kill();
    await executor.closed;
  }
}
