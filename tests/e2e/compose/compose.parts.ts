import { execFile, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { isCentrifugoInstalled } from "../../../apps/server/platform/realtime/centrifugo/start-centrifugo.ts";
import { type DockerEngine, hasDocker, startDocker } from "../../../apps/server/testing/docker-engine.ts";
import { freePort } from "../../../apps/server/testing/free-port.ts";
import { eventually } from "../eventually.ts";
import { homeEnvironment } from "../home-environment.ts";
import { createProject, type WorkflowProject } from "../workflow-project.ts";
import { type Composition, hasCompose, openComposition } from "./compose.ts";
import { hasDebootstrap, makeImages } from "./images.ts";

const run = promisify(execFile);
const root = fileURLToPath(new URL("../../..", import.meta.url));
const cli = join(root, "apps/cli/main.ts");
const MINUTE = 60_000;
const HEALTH_MS_MAX = 2 * MINUTE;

const SOURCE = `
import { readFileSync } from "node:fs";
import { Builtin } from "floww";
const builtin = new Builtin();
const seen = (file) => { try { return readFileSync(file, "utf8"); } catch ({ code }) { return code; } };
builtin.triggers.onWebhook({ path: "/hello", handler: (ctx, event) => ({ message: "Hello, " + event.body.name + "!" }) });
builtin.triggers.onWebhook({ path: "/look", handler: () => ({
  state: seen("/var/lib/floww/master.key"), environment: seen("/proc/1/environ"), variables: Object.keys(process.env),
}) });
`;

const isPossible = hasDocker && hasDebootstrap && isCentrifugoInstalled && hasCompose;

describe.skipIf(!isPossible)(
  "[needs docker.io] [needs debootstrap] [needs centrifugo] [needs docker-compose] deploy/compose.yaml",
  () => {
    let engine: DockerEngine;
    let composition: Composition;
    let project: WorkflowProject;
    let url: string;
    let env: Record<string, string>;

    beforeAll(async () => {
      engine = await startDocker(process.env);
      const { services } = parse(await readFile(join(root, "deploy/compose.yaml"), "utf8"));
      const { server, postgres, centrifugo } = services;
      await makeImages(engine, {
        server: server.image,
        postgres: postgres.image,
        centrifugo: centrifugo.image,
      });
      composition = await openComposition(engine);
      project = await createProject("hello", SOURCE);
      const [port, realtimePort] = [await freePort(), await freePort()];
      url = `http://127.0.0.1:${port}`;
      env = {
        FLOWW_PUBLIC_URL: url,
        FLOWW_CENTRIFUGO_URL: `ws://127.0.0.1:${realtimePort}/connection/websocket`,
        POSTGRES_PASSWORD: randomBytes(32).toString("hex"),
        CENTRIFUGO_API_KEY: randomBytes(32).toString("hex"),
        CENTRIFUGO_TOKEN_KEY: randomBytes(32).toString("hex"),
        FLOWW_PORT: String(port),
        CENTRIFUGO_PORT: String(realtimePort),
      };
    }, 10 * MINUTE);
    afterAll(async () => {
      await composition?.[Symbol.asyncDispose]();
      await project?.[Symbol.asyncDispose]();
      await engine?.stop();
    }, 3 * MINUTE);

    const up = () => composition.compose("up", "--detach", "--wait", "--no-build", "--pull", "never");
    const inspect = async (service: string, format: string) => {
      const id = await composition.compose("ps", "--all", "--quiet", service);
      return engine.ask("inspect", "--format", format, id);
    };
    const health = (service: string, wanted: string) =>
      eventually(
        async () => ((await inspect(service, "{{.State.Health.Status}}")) === wanted ? true : undefined),
        HEALTH_MS_MAX,
      );
    const ready = () =>
      fetch(`${url}/ready`).then(
        ({ status }) => status,
        () => undefined,
      );
    const send = async (address: string, body: object) => {
      const response = await fetch(address, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
      });
      return { status: response.status, body: await response.json() };
    };
    let webhooks: string[] | undefined;
    const call = async (path: string, body: object) => {
      webhooks ??= await deploy();
      return send(webhooks.find((address) => address.endsWith(path))!, body);
    };
    const ownerToken = () =>
      composition.compose("exec", "--no-TTY", "server", "cat", "/var/lib/floww/owner.token");

    const cliEnvironment = async () => ({
      ...homeEnvironment(project.folder),
      FLOWW_SERVER: url,
      FLOWW_TOKEN: await ownerToken(),
    });

    async function deploy(): Promise<string[]> {
      const args = ["--no-warnings", cli, "deploy", project.folder, "--yes", "--json"];
      const { stdout } = await run(process.execPath, args, { env: await cliEnvironment() });
      const { triggers } = JSON.parse(stdout) as { triggers: { url: string }[] };
      return triggers.map((trigger) => trigger.url);
    }

    test("nothing comes up without the values that it needs, which are named", async () => {
      for (const name of Object.keys(env).filter((each) => !each.endsWith("_PORT"))) {
        const { [name]: _, ...others } = env;
        await composition.writeEnv(others);
        await expect(up()).rejects.toMatchObject({ stderr: expect.stringContaining(name) });
      }
      await composition.writeEnv(env);
    });

    test("all three come up healthy, and a webhook answers with what its handler returns", {
      timeout: 5 * MINUTE,
    }, async () => {
      await up();
      expect(await ready()).toBe(200);
      expect(await call("/hello", { name: "Ada" })).toEqual({
        status: 200,
        body: { message: "Hello, Ada!" },
      });
    });

    test("the server is nobody, with no capability, on a root that it cannot write", async () => {
      const status = await composition.compose("exec", "--no-TTY", "server", "cat", "/proc/1/status");
      expect(status).toMatch(/^Uid:\t10001\t/m);
      expect(status).toMatch(/^CapEff:\t0{16}$/m);
      expect(status).toMatch(/^NoNewPrivs:\t1$/m);
      await expect(
        composition.compose("exec", "--no-TTY", "server", "touch", "/opt/floww/x"),
      ).rejects.toMatchObject({ stderr: expect.stringContaining("Read-only file system") });
    });

    test("user code sees neither the server's state nor its environment", async () => {
      expect((await call("/look", {})).body).toEqual({ state: "ENOENT", environment: "", variables: [] });
    });

    test("what changes rings at laptops through Centrifugo, whose API is on no published port", async () => {
      const broker = new URL(env.FLOWW_CENTRIFUGO_URL!.replace("ws:", "http:"));
      for (const path of ["/api/info", "/health"])
        expect((await fetch(new URL(path, broker), { method: "POST" })).status).toBe(404);
      const dev = spawn(process.execPath, ["--no-warnings", cli, "dev", "--yes"], {
        cwd: project.folder,
        env: await cliEnvironment(),
        stdio: ["ignore", "pipe", "inherit"],
      });
      let output = "";
      dev.stdout.setEncoding("utf8").on("data", (text: string) => {
        output += text;
      });
      const address = await eventually(
        async () => /http\S+\/webhook\/dev_\S+\/hello/.exec(output)?.[0],
        MINUTE,
      );
      const startedAt = performance.now();
      for (let round = 0; round < 4; round++)
        expect(await send(address, { name: "laptop" })).toMatchObject({
          body: { message: "Hello, laptop!" },
        });
      // By asking alone, every five seconds, a laptop would hear of the second one too late.
      expect(performance.now() - startedAt).toBeLessThan(5_000);
      dev.kill("SIGINT");
      await once(dev, "close");
    });

    test("what who runs it needs is at hand in the container", async () => {
      const inside = (...args: string[]) => composition.compose("exec", "--no-TTY", "server", ...args);
      expect(await inside("floww", "whoami")).toContain("owner of this machine");
      const backup = "/var/lib/floww/today.backup";
      await inside("floww-server", "backup", backup);
      expect(await inside("stat", "--format", "%a %u", backup)).toBe("600 10001");
    });

    test("a second server on the same volume answers for the same workflows", {
      timeout: 3 * MINUTE,
    }, async () => {
      const hello = webhooks!.find((address) => address.endsWith("/hello"))!;
      const port = await freePort();
      const published = `127.0.0.1:${port}:4400`;
      const id = await composition.compose("run", "--detach", "--no-deps", "--publish", published, "server");
      const second = `http://127.0.0.1:${port}`;
      await eventually(
        async () => (await fetch(`${second}/ready`).catch(() => undefined))?.ok || undefined,
        MINUTE,
      );
      expect(await send(hello.replace(url, second), { name: "Di" })).toMatchObject({
        body: { message: "Hello, Di!" },
      });
      await engine.ask("stop", id);
      expect(await engine.ask("inspect", "--format", "{{.State.ExitCode}}", id)).toBe("0");
      await engine.ask("rm", id);
    });

    test("readiness is the truth: not ready while the database is away, ready when it is back", {
      timeout: 5 * MINUTE,
    }, async () => {
      await composition.compose("stop", "postgres");
      expect(await eventually(async () => ((await ready()) === 503 ? true : undefined))).toBe(true);
      await health("server", "unhealthy");
      expect(await inspect("server", "{{.State.Running}} {{.RestartCount}}")).toBe("true 0");
      await composition.compose("start", "postgres");
      expect(await eventually(async () => ((await ready()) === 200 ? true : undefined), MINUTE)).toBe(true);
      await health("server", "healthy");
      expect((await call("/hello", { name: "Bo" })).body).toEqual({ message: "Hello, Bo!" });
    });

    test("SIGTERM ends the server with 0", { timeout: 2 * MINUTE }, async () => {
      await composition.compose("stop", "server");
      expect(await inspect("server", "{{.State.ExitCode}} {{.State.OOMKilled}}")).toBe("0 false");
      await up();
    });

    test("after a kill -9 of everything the state is there", { timeout: 5 * MINUTE }, async () => {
      const before = await ownerToken();
      await composition.compose("kill", "--signal", "KILL");
      expect(await ready()).toBeUndefined();
      await up();
      expect(await call("/hello", { name: "Cy" })).toEqual({ status: 200, body: { message: "Hello, Cy!" } });
      expect(await ownerToken()).toBe(before);
    });
  },
);
