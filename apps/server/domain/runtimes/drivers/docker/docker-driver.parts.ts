import { afterAll, beforeAll, describe } from "vitest";
import type { EgressProxyOptions } from "../../../../platform/egress-proxy/egress-proxy.ts";
import {
  type DockerEngine,
  hasDocker,
  importRuntimeImage,
  startDocker,
} from "../../../../testing/docker-engine.ts";
import { describeDriver } from "../conformance.ts";
import { describeSandboxNetwork } from "../network-conformance.ts";
import { createDockerDriver } from "./create-docker-driver.ts";
import { openDockerProgram } from "./docker-program.ts";

const IMAGE = "floww-runtime:test";

describe.skipIf(!hasDocker)("[needs docker.io]", () => {
  let engine: DockerEngine;
  beforeAll(async () => {
    engine = await startDocker(process.env);
    await importRuntimeImage(engine, IMAGE);
  }, 120_000);
  afterAll(() => engine.stop(), 60_000);

  const create = (egress: EgressProxyOptions = {}) =>
    createDockerDriver({
      docker: openDockerProgram(engine.program, engine.env),
      ...{ owner: "test", image: IMAGE, network: "none", memoryMb: 256, cpus: 1, egress },
    });
  describeDriver("containers", () => create());
  describeSandboxNetwork("a container", create);
});
