import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import {
  type DockerEngine,
  hasDocker,
  importNodeImage,
  startDocker,
} from "../../../../testing/docker-engine.ts";
import { aMarkedTarget, aTarget, EXECUTOR_FILE, returnedBy, runToEnd } from "../test-workflow.ts";
import { createDockerDriver } from "./create-docker-driver.ts";
import type { DockerDriver } from "./docker-driver.ts";
import { openDockerProgram } from "./docker-program.ts";
import type { ImageSource } from "./load-image.ts";

const BASE = "node-base:test";
const NO_IMAGES: ImageSource = {
  open: async () => {
    throw new TypeError("no image is asked for here");
  },
};
const ENGINE_MS_MAX = 2 * 60_000;

/** What a container keeps in, what it lets through, and what it leaves behind. */
describe.skipIf(!hasDocker)("[needs docker.io]", () => {
  let engine: DockerEngine;
  let driver: DockerDriver;
  beforeAll(async () => {
    engine = await startDocker(process.env);
    await importNodeImage(engine, BASE);
  }, ENGINE_MS_MAX);
  afterAll(() => engine.stop(), ENGINE_MS_MAX);

  const create = (options: { base?: string; pool?: object; owner?: string } = {}) =>
    createDockerDriver({
      docker: openDockerProgram(engine.program, engine.env),
      ...{ owner: "test", base: BASE, executorFile: EXECUTOR_FILE, network: "none", images: NO_IMAGES },
      ...{ memoryMb: 128, egress: {}, ...options },
    });
  const left = () => engine.ask("ps", "--all", "--quiet");
  beforeEach(async () => {
    driver = await create();
  });
  afterEach(async () => {
    await driver.close();
    expect(await left()).toBe("");
  });

  test("the root cannot be written, there is no capability, and nobody else's environment or socket", async () => {
    const target = aTarget({
      look: async () => {
        const fs = process.getBuiltinModule("node:fs");
        const { networkInterfaces } = process.getBuiltinModule("node:os");
        const tries = (path: string) => {
          try {
            fs.writeFileSync(path, "x");
            return "written";
          } catch (error) {
            return (error as NodeJS.ErrnoException).code;
          }
        };
        const status = fs.readFileSync("/proc/self/status", "utf8");
        return {
          root: tries("/x"),
          executor: tries("/floww/executor.cjs"),
          shared: tries("/run/floww/x"),
          tmp: tries("/tmp/x"),
          uid: process.getuid?.(),
          capabilities: /CapEff:\s*(\w+)/.exec(status)?.[1],
          privileges: /NoNewPrivs:\s*(\d)/.exec(status)?.[1],
          environment: Object.keys(process.env),
          sockets: fs.readdirSync("/run"),
          interfaces: Object.keys(networkInterfaces()),
        };
      },
    });
    expect(await returnedBy(runToEnd(driver, target, "look"))).toEqual({
      ...{ root: "EROFS", executor: "EROFS", shared: "EROFS", tmp: "written", uid: 1000 },
      ...{ capabilities: "0000000000000000", privileges: "1", environment: [] },
      ...{ sockets: ["floww"], interfaces: ["lo"] },
    });
  });

  test("what asks for more memory than it may have ends as such, and the next run is fine", async () => {
    const target = aTarget({
      // Outside of V8's heap, which would say so itself.
      hoards: () => {
        const held: Buffer[] = [];
        for (;;) held.push(Buffer.alloc(16 * 1024 * 1024, 1));
      },
      fine: () => "fine",
    });
    expect(await runToEnd(driver, target, "hoards")).toMatchObject({
      state: "failed",
      error: { code: "OUT_OF_MEMORY" },
    });
    expect(await returnedBy(runToEnd(driver, target, "fine"))).toBe("fine");
  });

  test("a handler that blocks is ended at its deadline; one that ends its process is told so", async () => {
    const target = aTarget({
      blocks: () => {
        for (;;);
      },
      exits: () => {
        const here = process;
        return here.exit(3);
      },
      says: () => {
        process.stderr.write("these are my last words\n");
        process.abort();
      },
    });
    expect(await runToEnd(driver, target, "blocks", { timeoutMs: 500 })).toMatchObject({
      state: "timed_out",
    });
    expect(await runToEnd(driver, target, "exits")).toMatchObject({
      error: { code: "PROCESS_EXITED", message: expect.stringContaining("exit(3)") },
    });
    const lines: string[] = [];
    const onLog = ({ text }: { text: Buffer }) => lines.push(text.toString());
    expect(await runToEnd(driver, target, "says", { onLog })).toMatchObject({ state: "failed" });
    expect(lines.join("\n")).toContain("these are my last words");
  });

  test("a bomb of processes goes off inside", async () => {
    const target = aTarget({
      bomb: async () => {
        const { spawn } = process.getBuiltinModule("node:child_process");
        const ends = Array.from(
          { length: 200 },
          () =>
            new Promise((resolve) => {
              const child = spawn(process.execPath, ["-e", "setTimeout(() => {}, 60000)"], {
                stdio: "ignore",
              });
              child.once("error", (error) => resolve((error as NodeJS.ErrnoException).code));
              child.once("spawn", () => resolve("spawned"));
            }),
        );
        return (await Promise.all(ends)).filter((end) => end === "spawned").length;
      },
    });
    const end = await runToEnd(driver, target, "bomb");
    // It is refused most of them, or its own doing takes all its memory.
    if (end.state === "completed") expect(Number(String(end.answer?.body))).toBeLessThan(64);
    else
      expect(["OUT_OF_MEMORY", "PROCESS_CRASHED", "UNCAUGHT_ERROR"]).toContain(
        end.state === "failed" && end.error.code,
      );
  });

  test("only its own run's token is answered, and only while it runs", async () => {
    const target = aTarget({
      forges: async () => {
        const { request } = process.getBuiltinModule("node:http");
        return new Promise((resolve) => {
          request(
            {
              socketPath: "/run/floww/api.sock",
              path: "/calls",
              method: "POST",
              headers: { authorization: "Bearer x" },
            },
            ({ statusCode }) => resolve(statusCode),
          ).end("x");
        });
      },
    });
    expect(await returnedBy(runToEnd(driver, target, "forges"))).toBe(401);
  });

  test("idle containers end, and the next run starts anew: nothing runs when nothing is asked", async () => {
    let now = 0;
    const idle = await create({
      owner: "idle",
      pool: { idleMsMax: 5 * 60_000, reapEveryMs: 5, now: () => now },
    });
    const target = aMarkedTarget();
    const mark = await returnedBy(runToEnd(idle, target, "mark"));
    // Its container is free a moment after its run has ended.
    while (idle.containers > 0) {
      now += 5 * 60_000;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect(await left()).toBe("");
    expect(await returnedBy(runToEnd(idle, target, "mark"))).not.toBe(mark);
    await idle.close();
  });

  test("what a crash left running is removed by the next start, and nobody else's", async () => {
    const orphan = (owner: string) =>
      engine.ask(
        ...["run", "--detach", "--rm", "--label", `floww.server=${owner}`, "--network", "none"],
        ...["--entrypoint", "/bin/node", BASE, "-e", "setTimeout(() => {}, 600000)"],
      );
    const [ours, theirs] = await Promise.all([orphan("test"), orphan("another")]);
    await (await create()).close();
    const running = await engine.ask("ps", "--quiet", "--no-trunc");
    expect(running).toBe(theirs);
    expect(running).not.toContain(ours);
    await engine.ask("rm", "--force", theirs);
  });

  test("a base that is not there is said at the start", async () => {
    await expect(create({ base: "node-base:none" })).rejects.toMatchObject({
      code: "RUNTIME_UNAVAILABLE",
      message: expect.stringContaining("node-base:none"),
    });
  });

  test(
    "an engine that ends interrupts what runs, and the server goes on",
    async () => {
      const own = await startDocker(process.env);
      await importNodeImage(own, BASE);
      const there = await createDockerDriver({
        docker: openDockerProgram(own.program, own.env),
        ...{
          owner: "test",
          base: BASE,
          executorFile: EXECUTOR_FILE,
          network: "none",
          images: NO_IMAGES,
          egress: {},
        },
      });
      const begun = Promise.withResolvers<void>();
      const end = runToEnd(there, aMarkedTarget(), "waits", { onLog: () => begun.resolve() });
      await begun.promise;
      await own.stop();
      expect((await end).state).not.toBe("completed");
      await expect(runToEnd(there, aMarkedTarget(), "mark", { timeoutMs: 20_000 })).rejects.toMatchObject({
        code: "RUNTIME_UNAVAILABLE",
      });
      await there.close();
    },
    ENGINE_MS_MAX,
  );
});
