import { homedir } from "node:os";
import { type Environment, invalidVariable } from "./env.ts";

/** Workflows may run in containers of this machine. */
export interface DockerConfig {
  program: string;
  base: string;
  network: string;
  /** What the program needs to find its engine. */
  env: Record<string, string>;
}

const RUNTIME_BASE = "public.ecr.aws/lambda/nodejs:24";

export function readDocker(environment: Environment): DockerConfig | undefined {
  const { FLOWW_DOCKER: program, FLOWW_DOCKER_BASE, FLOWW_DOCKER_NETWORK, DOCKER_HOST } = environment;
  if (program === undefined) return undefined;
  if (!/^[\w./-]+$/.test(program))
    throw invalidVariable("FLOWW_DOCKER", program, "docker, podman, or the path of one of them");
  const network = FLOWW_DOCKER_NETWORK ?? "none";
  if (!/^[\w.-]+$/.test(network) || network === "host")
    throw invalidVariable(
      "FLOWW_DOCKER_NETWORK",
      network,
      "none, or a network of the engine's; never the host's",
    );
  return {
    program,
    network,
    base: FLOWW_DOCKER_BASE ?? RUNTIME_BASE,
    env: {
      HOME: environment.HOME ?? homedir(),
      ...(DOCKER_HOST === undefined ? {} : { DOCKER_HOST }),
    },
  };
}
