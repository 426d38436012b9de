import { accessSync, constants, existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { FlowwError } from "@floww/contract/errors";
import type { EgressProxyOptions } from "../../../../platform/egress-proxy/egress-proxy.ts";
import type { Isolation } from "../driver.ts";
import { bubblewrap } from "./bubblewrap.ts";
import { type ControlGroups, findControlGroups } from "./control-groups.ts";
import { removeLeftBoxes } from "./left-boxes.ts";
import { permissionModel } from "./permission-model.ts";
import { findLeak } from "./probe-isolation.ts";
import { type ExecutorSource, ProcessDriver } from "./process-driver.ts";
import type { ProcessPoolOptions } from "./process-pool.ts";
import { SandboxAhead } from "./sandbox-ahead.ts";

export interface CreateProcessDriverOptions {
  executorFile: string;
  /** `auto`: the strongest that works here. */
  isolation: "auto" | Isolation;
  /** Where `bwrap` is looked for. */
  path: string;
  egress?: EgressProxyOptions;
  /** False: limits by the watch that stands in for control groups. Default true. */
  usesControlGroups?: boolean;
  pool?: Partial<Omit<ProcessPoolOptions, "start">>;
}

/**
 * Chooses the strongest isolation that this machine offers, or the one that is asked for.
 *
 * @throws FlowwError ISOLATION_UNAVAILABLE when bubblewrap is asked for and does not hold here
 */
export async function createProcessDriver(options: CreateProcessDriverOptions): Promise<ProcessDriver> {
  const { executorFile, isolation, pool, usesControlGroups = true } = options;
  if (!existsSync(executorFile))
    throw new FlowwError("RUNTIME_UNAVAILABLE", `The executor ${executorFile} was not built.`);
  const groups = usesControlGroups ? findControlGroups() : undefined;
  const driver = (level: Isolation, executors: ExecutorSource) =>
    new ProcessDriver({ isolation: level, executors, ...(pool === undefined ? {} : { pool }) });
  if (isolation !== "permission") {
    const sandbox = await findSandbox(options, groups);
    if (typeof sandbox !== "string") {
      // Nobody waits for it, and what cannot be removed is no reason not to start.
      removeLeftBoxes().catch(() => undefined);
      return driver("bubblewrap", sandbox);
    }
    if (isolation === "bubblewrap") throw new FlowwError("ISOLATION_UNAVAILABLE", sandbox);
  }
  return driver("permission", {
    start: permissionModel({ executorFile, groups }),
    close: async () => undefined,
  });
}

/** The sandbox, or the reason why there is none. */
async function findSandbox(
  { executorFile, path, egress }: CreateProcessDriverOptions,
  groups: ControlGroups | undefined,
): Promise<SandboxAhead | string> {
  if (process.platform !== "linux") return `bubblewrap needs Linux; this is ${process.platform}.`;
  const program = path
    .split(delimiter)
    .map((folder) => join(folder, "bwrap"))
    .find(isExecutable);
  if (program === undefined) return "There is no bwrap on the PATH.";
  const sandbox = { program, executorFile, groups, ...(egress === undefined ? {} : { egress }) };
  const sandboxes = new SandboxAhead(bubblewrap(sandbox));
  const leak = await findLeak(() => sandboxes.start(), executorFile);
  if (leak === undefined) return sandboxes;
  await sandboxes.close();
  return `A sandbox made by ${program} does not hold. ${leak}`;
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
