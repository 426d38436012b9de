import { existsSync } from "node:fs";
import { FlowwError } from "@floww/contract/errors";
import { ProcessDriver } from "./process-driver.ts";
import { spawnWithPermissionModel } from "./spawn-executor.ts";

/** Chooses the strongest isolation that this machine offers, or the one that is asked for. */
export async function createProcessDriver({
  executorFile,
}: {
  executorFile: string;
}): Promise<ProcessDriver> {
  if (!existsSync(executorFile))
    throw new FlowwError("RUNTIME_UNAVAILABLE", `The executor ${executorFile} was not built.`);
  return new ProcessDriver({ isolation: "permission", spawn: () => spawnWithPermissionModel(executorFile) });
}
