import { afterAll, beforeAll, describe } from "vitest";
import type { EgressProxyOptions } from "../../../../platform/egress-proxy/egress-proxy.ts";
import {
  type DockerEngine,
  hasDocker,
  importNodeImage,
  startDocker,
} from "../../../../testing/docker-engine.ts";
import { describeDriver } from "../conformance.ts";
import { describeSandboxNetwork } from "../network-conformance.ts";
import { EXECUTOR_FILE } from "../test-workflow.ts";
import { createDockerDriver } from "./create-docker-driver.ts";
import { openDockerProgram } from "./docker-program.ts";
import type { ImageSource } from "./load-image.ts";

const BASE = "node-base:test";
const NO_IMAGES: ImageSource = {
  open: async () => {
    throw new TypeError("no image is asked for here");
  },
};

describe.skipIf(!hasDocker)("[needs docker.io]", () => {
  let engine: DockerEngine;
  beforeAll(async () => {
    engine = await startDocker(process.env);
    await importNodeImage(engine, BASE);
  }, 120_000);
  afterAll(() => engine.stop(), 60_000);

  const create = (egress: EgressProxyOptions = {}) =>
    createDockerDriver({
      docker: openDockerProgram(engine.program, engine.env),
      ...{
        owner: "test",
        base: BASE,
        executorFile: EXECUTOR_FILE,
        network: "none",
        images: NO_IMAGES,
        memoryMb: 256,
        egress,
      },
    });
  describeDriver("containers", () => create());
  describeSandboxNetwork("a container", create);
});
