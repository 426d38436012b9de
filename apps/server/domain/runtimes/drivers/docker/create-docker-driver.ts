import { FlowwError } from "@floww/contract/errors";
import type { RuntimeTarget } from "@floww/executor/host";
import type { EgressProxyOptions } from "../../../../platform/egress-proxy/egress-proxy.ts";
import { Container } from "./container.ts";
import { OWNER_LABEL } from "./container-command.ts";
import { DockerDriver, type DockerDriverOptions } from "./docker-driver.ts";
import type { DockerProgram } from "./docker-program.ts";

export interface CreateDockerDriverOptions {
  docker: DockerProgram;
  /** Names this server's containers; those of a crash are found by it. */
  owner: string;
  /** Of deployments that name no image. */
  image: string;
  /** `none`, or a network of the engine's that workflows share. */
  network: string;
  memoryMb: number;
  cpus: number;
  egress: EgressProxyOptions;
  pool?: DockerDriverOptions["pool"];
}

const ARCHITECTURES: Record<string, "x64" | "arm64"> = {
  x86_64: "x64",
  amd64: "x64",
  aarch64: "arm64",
  arm64: "arm64",
};

/**
 * The driver, once the engine answers and has the stock image; what an earlier start left running is removed.
 *
 * @throws FlowwError RUNTIME_UNAVAILABLE with what is missing
 */
export async function createDockerDriver(options: CreateDockerDriverOptions): Promise<DockerDriver> {
  const { docker, owner, image, network, memoryMb, cpus, egress, pool } = options;
  const machine = await docker.ask(["version", "--format", "{{.Server.Arch}}"]);
  const architecture = ARCHITECTURES[machine];
  if (architecture === undefined)
    throw new FlowwError(
      "RUNTIME_UNAVAILABLE",
      `The container engine runs on "${machine}", which is not supported.`,
    );
  await docker.ask(["image", "inspect", "--format", "{{.Id}}", image]);
  await removeLeftovers(docker, owner);
  const start = (target: RuntimeTarget) =>
    new Container(target, {
      docker,
      egress,
      place: { image, owner, network, memoryMb: target.runtime?.memoryMb ?? memoryMb, cpus },
    });
  const isolation = network === "none" ? "docker (no network)" : `docker (network ${network})`;
  return new DockerDriver({ isolation, architecture, start, ...(pool === undefined ? {} : { pool }) });
}

async function removeLeftovers(docker: DockerProgram, owner: string): Promise<void> {
  const left = await docker.ask(["ps", "--all", "--quiet", "--filter", `label=${OWNER_LABEL}=${owner}`]);
  if (left !== "") await docker.ask(["rm", "--force", ...left.split(/\s+/)]);
}
