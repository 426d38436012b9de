import { describe } from "vitest";
import { hasDocker, importNodeImage, startDocker } from "../../apps/server/testing/docker-engine.ts";
import { describeAnswers } from "./answers.ts";

const BASE = "node-base:test";

describe.skipIf(!hasDocker)("[needs docker.io]", () => {
  describeAnswers({
    driver: "docker",
    start: async () => {
      const engine = await startDocker(process.env);
      await importNodeImage(engine, BASE);
      const env = {
        FLOWW_DOCKER: engine.program,
        FLOWW_DOCKER_BASE: BASE,
        DOCKER_HOST: engine.env.DOCKER_HOST!,
      };
      return { env, stop: engine.stop };
    },
  });
});
