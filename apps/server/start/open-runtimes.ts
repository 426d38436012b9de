import { createHash } from "node:crypto";
import type { RuntimeTarget } from "@floww/executor/host";
import type { Config } from "../config/config.ts";
import { readImage } from "../domain/registry/read-image.ts";
import type { Registry } from "../domain/registry/registry.ts";
import { createDockerDriver } from "../domain/runtimes/drivers/docker/create-docker-driver.ts";
import { openDockerProgram } from "../domain/runtimes/drivers/docker/docker-program.ts";
import type { RuntimeDriver } from "../domain/runtimes/drivers/driver.ts";
import { DriverSet } from "../domain/runtimes/drivers/driver-set.ts";
import type { FunctionCallerOptions } from "../domain/runtimes/drivers/lambda/function-caller.ts";
import type { LambdaDriver } from "../domain/runtimes/drivers/lambda/lambda-driver.ts";
import { createProcessDriver } from "../domain/runtimes/drivers/process/create-process-driver.ts";
import type { EgressProxyOptions } from "../platform/egress-proxy/egress-proxy.ts";
import type { KeyRing } from "../platform/keys/key-ring.ts";

export interface OpenedRuntimes {
  driver: DriverSet;
  /** Of the server's own engine: what keeps user code in there. */
  isolation: string;
  /** Where it is configured: what it leaves in the account is taken away by a job. */
  lambda?: LambdaDriver;
}

const OWNER_CHARACTERS = 16;

/** The drivers that the configuration names, the server's own engine always among them. */
export async function openRuntimes(
  config: Config,
  {
    reach,
    registry,
    keys,
    artifacts,
    isRouted,
    opened,
  }: {
    reach: EgressProxyOptions;
    registry: Registry;
    keys: KeyRing;
    artifacts: FunctionCallerOptions["artifacts"];
    isRouted(target: RuntimeTarget): boolean;
    opened: AsyncDisposableStack;
  },
): Promise<OpenedRuntimes> {
  const processes = await createProcessDriver({ ...config, egress: reach, pool: { isRouted } });
  const drivers: RuntimeDriver[] = [processes];
  opened.defer(() => Promise.all(drivers.map((driver) => driver.close())).then(() => undefined));
  if (config.docker !== undefined) {
    const { program, base, network, env } = config.docker;
    const docker = await createDockerDriver({
      docker: openDockerProgram(program, { PATH: config.path, ...env }),
      // One server a home: whatever else bears its name was left by a crash.
      owner: createHash("sha256").update(config.home).digest("hex").slice(0, OWNER_CHARACTERS),
      ...{ base, network, executorFile: config.executorFile, egress: reach },
      pool: { isRouted },
      images: { open: (namespaceId, reference) => readImage(registry, namespaceId, reference) },
    });
    drivers.push(docker);
  }
  let lambda: LambdaDriver | undefined;
  if (config.lambda !== undefined) {
    // AWS's client takes its time to load, and most servers have no need of it.
    const { openLambdaDriver } = await import("./open-lambda-driver.ts");
    lambda = openLambdaDriver({ ...config, lambda: config.lambda }, { keys, artifacts }, opened);
    drivers.push(lambda);
  }
  return {
    driver: new DriverSet(drivers),
    isolation: processes.isolation,
    ...(lambda === undefined ? {} : { lambda }),
  };
}
