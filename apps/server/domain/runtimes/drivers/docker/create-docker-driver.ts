import { FlowwError } from "@floww/contract/errors";
import { limits } from "@floww/contract/limits";
import type { RuntimeTarget } from "@floww/executor/host";
import type { EgressProxyOptions } from "../../../../platform/egress-proxy/egress-proxy.ts";
import { Container } from "./container.ts";
import { OWNER_LABEL } from "./container-command.ts";
import { DockerDriver, type DockerDriverOptions } from "./docker-driver.ts";
import type { DockerProgram } from "./docker-program.ts";
import { ImageLoader, type ImageSource } from "./load-image.ts";
import { ensureStockImage } from "./stock-image.ts";

export interface CreateDockerDriverOptions {
  docker: DockerProgram;
  /** Names this server's containers; those of a crash are found by it. */
  owner: string;
  /** What the stock image is made of, with the executor. */
  base: string;
  executorFile: string;
  /** `none`, or a network of the engine's that workflows share. */
  network: string;
  /** Of deployments that ask for no other; default `limits.processMemoryBytesMax`. */
  memoryMb?: number;
  /** Of each container; default 1. */
  cpus?: number;
  egress: EgressProxyOptions;
  /** Of deployments that have an image of their own. */
  images: ImageSource;
  pool?: DockerDriverOptions["pool"];
}

const MB = 1024 * 1024;
const ARCHITECTURES: Record<string, "x64" | "arm64"> = {
  x86_64: "x64",
  amd64: "x64",
  aarch64: "arm64",
  arm64: "arm64",
};

/**
 * The driver, once the engine answers and has the stock image, which is built if need be; what an earlier start left running is removed.
 *
 * @throws FlowwError RUNTIME_UNAVAILABLE with what is missing
 */
export async function createDockerDriver(options: CreateDockerDriverOptions): Promise<DockerDriver> {
  const { docker, owner, base, executorFile, network, egress, images, pool } = options;
  const { memoryMb = limits.processMemoryBytesMax / MB, cpus = 1 } = options;
  const machine = await docker.ask(["version", "--format", "{{.Server.Arch}}"]);
  const architecture = ARCHITECTURES[machine];
  if (architecture === undefined)
    throw new FlowwError(
      "RUNTIME_UNAVAILABLE",
      `The container engine runs on "${machine}", which is not supported.`,
    );
  const stockImage = await ensureStockImage({ docker, base, executorFile });
  await removeLeftovers(docker, owner);
  const loader = new ImageLoader(docker, images);
  const imageOf = async ({ namespaceId, runtime }: RuntimeTarget) => {
    if (runtime?.image !== undefined) return loader.load(namespaceId, runtime.image);
    return runtime?.stockImage ?? stockImage;
  };
  const start = (target: RuntimeTarget) =>
    new Container(target, {
      docker,
      egress,
      image: () => imageOf(target),
      place: {
        owner,
        network,
        memoryMb: target.runtime?.memoryMb ?? memoryMb,
        cpus,
      },
    });
  const isolation = network === "none" ? "docker (no network)" : `docker (network ${network})`;
  return new DockerDriver({
    isolation,
    architecture,
    stockImage,
    start,
    ...(pool === undefined ? {} : { pool }),
  });
}

async function removeLeftovers(docker: DockerProgram, owner: string): Promise<void> {
  const left = await docker.ask(["ps", "--all", "--quiet", "--filter", `label=${OWNER_LABEL}=${owner}`]);
  if (left !== "") await docker.ask(["rm", "--force", ...left.split(/\s+/)]);
}
