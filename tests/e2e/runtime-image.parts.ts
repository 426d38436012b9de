import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { createClient } from "@floww/contract/api";
import { formatId } from "@floww/contract/ids";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hasBuildkit, startBuildkit } from "../../apps/server/testing/buildkit.ts";
import {
  type DockerEngine,
  hasDocker,
  importNodeImage,
  startDocker,
} from "../../apps/server/testing/docker-engine.ts";
import { RegistryClient } from "../../apps/server/testing/registry-client.ts";
import { startTestServer, type TestServer } from "./test-server.ts";
import { createProject, type WorkflowProject } from "./workflow-project.ts";

const run = promisify(execFile);
const BASE = "node-base:test";
const PART_MS_MAX = 4 * 60_000;

const SOURCE = `
import { Builtin } from "floww";
import { mask } from "bufferutil";
const builtin = new Builtin();
builtin.triggers.onWebhook({ path: "/mask", handler: () => {
  const output = Buffer.alloc(4);
  mask(Buffer.from([1, 2, 3, 4]), Buffer.from([1, 1, 1, 1]), output, 0, 4);
  return [...output];
} });
`;

/** How this machine reaches npm's registry: by a proxy, or with a certificate of its own. */
const npmSettings = Object.fromEntries(
  Object.entries(process.env).filter(([name]) =>
    /^(npm_config_|NODE_EXTRA_CA_CERTS$|https?_proxy$)/i.test(name),
  ),
);

/** A workflow with a native addon: it cannot be bundled, and comes with the image that the deploy makes. */
describe.skipIf(!hasDocker)("[needs docker.io] a workflow with a native addon", () => {
  let engine: DockerEngine;
  let server: TestServer;
  let project: WorkflowProject;
  let namespaceId: string;

  const say = (driver: string) =>
    writeFile(
      join(project.folder, "floww.yaml"),
      `name: addon\nruntime:\n  driver: ${driver}\nbuild:\n  base: ${new URL(server.url).host}/${namespaceId}/base:24\n`,
    );

  beforeAll(async () => {
    engine = await startDocker(process.env);
    await importNodeImage(engine, BASE);
    server = await startTestServer({
      env: { FLOWW_DOCKER: engine.program, FLOWW_DOCKER_BASE: BASE, DOCKER_HOST: engine.env.DOCKER_HOST! },
    });
    const token = (await readFile(join(server.home, "owner.token"), "utf8")).trim();
    namespaceId = (await createClient({ serverUrl: server.url, token }).whoAmI({})).namespaces[0]!.id;
    const { host } = new URL(server.url);
    await engine.ask("login", "-u", "anybody", "-p", token, host);
    await engine.ask("tag", BASE, `${host}/${namespaceId}/base:24`);
    await engine.ask("push", `${host}/${namespaceId}/base:24`);
    project = await createProject("addon", SOURCE);
    const floww = join(project.folder, "node_modules", "floww");
    const link = await promisify(execFile)("readlink", [floww]);
    await writeFile(
      join(project.folder, "package.json"),
      JSON.stringify({ name: "addon", version: "1.0.0", dependencies: { bufferutil: "4.0.9" } }),
    );
    await run("npm", ["install", "--ignore-scripts", "--no-audit", "--no-fund"], { cwd: project.folder });
    await run("ln", ["-sfn", link.stdout.trim(), floww]);
  }, PART_MS_MAX);
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    await project[Symbol.asyncDispose]();
    await engine.stop();
  }, PART_MS_MAX);

  test("is refused by the server's own engine before anything is built", async () => {
    await say("process");
    await expect(server.cli(["deploy", project.folder, "--yes"])).rejects.toMatchObject({
      stderr: expect.stringMatching(/has no image, which bufferutil needs/),
    });
  });

  test(
    "runs in an image of its own, which is not sent twice",
    async () => {
      await say("docker");
      const first = await server.cli(["deploy", project.folder, "--yes", "--json"], { env: npmSettings });
      expect(first.stderr).toMatch(/Runtime image for bufferutil: \d+\.\d MB sent/);
      const { triggers } = JSON.parse(first.stdout) as { triggers: { url: string }[] };
      const answer = await fetch(triggers[0]!.url, { method: "POST" });
      expect(await answer.json()).toEqual([0, 3, 2, 5]);
      const again = await server.cli(["deploy", project.folder, "--yes"], { env: npmSettings });
      expect(again.stderr).toContain("Runtime image for bufferutil: already there");
      expect(await (await fetch(triggers[0]!.url, { method: "POST" })).json()).toEqual([0, 3, 2, 5]);
    },
    PART_MS_MAX,
  );

  test(
    "its image cannot be deleted while a version runs in it, and is no other namespace's to run",
    async () => {
      const images = await engine.ask("images", "--format", "{{.Repository}}:{{.Tag}}");
      const [, hex] = /floww-image:([0-9a-f]{64})/.exec(images)!;
      const image = `${namespaceId}/runtimes@sha256:${hex}`;
      const token = (await readFile(join(server.home, "owner.token"), "utf8")).trim();
      const registry = new RegistryClient(server.url, token);
      const removed = await registry.send(image.replace("@", "/manifests/"), { method: "DELETE" });
      expect(removed.status).toBe(403);
      expect((await registry.send(image.replace("@", "/manifests/"))).status).toBe(200);
      const stranger = formatId("namespace", "0190f5fe-0000-7000-8000-000000000000");
      await writeFile(
        join(project.folder, "floww.yaml"),
        `name: thief\nruntime:\n  driver: docker\n  image: ${image.replace(namespaceId, stranger)}\n`,
      );
      await expect(server.cli(["deploy", project.folder, "--yes"])).rejects.toMatchObject({
        stderr: expect.stringContaining("This namespace's registry has no image"),
      });
    },
    PART_MS_MAX,
  );

  test(
    "a Dockerfile is built by the engine that is there, and the executor put on top of it",
    async () => {
      await using built = await createProject(
        "dockerfile",
        `import { readFileSync } from "node:fs";
        import { Builtin } from "floww";
        new Builtin().triggers.onWebhook({ path: "/file", handler: () => readFileSync("/opt/file", "utf8") });`,
      );
      await writeFile(join(built.folder, "file"), "of the Dockerfile");
      await writeFile(join(built.folder, "Dockerfile"), `FROM ${BASE}\nARG PLACE\nCOPY file $PLACE\n`);
      await writeFile(
        join(built.folder, "floww.yaml"),
        [
          ...["name: dockerfile", "runtime:", "  driver: docker", "build:", "  dockerfile: Dockerfile"],
          ...["  extra_options: [--build-arg, PLACE=/opt/file]", ""],
        ].join("\n"),
      );
      const env = { DOCKER_HOST: engine.env.DOCKER_HOST };
      const { stdout } = await server.cli(["deploy", built.folder, "--yes", "--json"], { env });
      const { triggers } = JSON.parse(stdout) as { triggers: { url: string }[] };
      expect(await (await fetch(triggers[0]!.url, { method: "POST" })).text()).toBe("of the Dockerfile");
      const away = { DOCKER_HOST: "unix:///nowhere/docker.sock", PATH: "" };
      await writeFile(join(built.folder, "Dockerfile"), `FROM ${BASE}\nCOPY absent /\n`);
      await expect(server.cli(["deploy", built.folder, "--yes"], { env })).rejects.toMatchObject({
        stderr: expect.stringMatching(/docker build: [\s\S]*absent/),
      });
      await expect(server.cli(["deploy", built.folder, "--yes"], { env: away })).rejects.toMatchObject({
        stderr: expect.stringMatching(/needs a container engine/),
      });
    },
    PART_MS_MAX,
  );

  test.skipIf(!hasBuildkit)(
    "[needs buildctl] [needs buildkitd] a Dockerfile is built by BuildKit where no engine is",
    async () => {
      await using buildkit = await startBuildkit();
      await using built = await createProject(
        "buildkit",
        `import { readFileSync } from "node:fs";
        import { Builtin } from "floww";
        new Builtin().triggers.onWebhook({ path: "/file", handler: () => readFileSync("/opt/file", "utf8") });`,
      );
      const { host } = new URL(server.url);
      const base = `${host}/${namespaceId}/base:24`;
      const token = (await readFile(join(server.home, "owner.token"), "utf8")).trim();
      const auth = Buffer.from(`anybody:${token}`).toString("base64");
      // The author's own login, for the base.
      await writeFile(join(built.folder, "config.json"), JSON.stringify({ auths: { [host]: { auth } } }));
      await writeFile(join(built.folder, "file"), "of BuildKit");
      await writeFile(join(built.folder, "Dockerfile"), `FROM ${base}\nARG PLACE\nCOPY file $PLACE\n`);
      const say = (extra: string) =>
        writeFile(
          join(built.folder, "floww.yaml"),
          [
            ...["name: buildkit", "runtime:", "  driver: docker", "build:", "  dockerfile: Dockerfile"],
            ...[`  extra_options: [${extra}]`, ""],
          ].join("\n"),
        );
      // Docker's and podman's clients are there, and lead nowhere.
      const nowhere = "unix:///nowhere/engine.sock";
      const env = {
        ...{ DOCKER_HOST: nowhere, CONTAINER_HOST: nowhere, DOCKER_CONFIG: built.folder },
        ...{ BUILDKIT_HOST: buildkit.address, PATH: buildkit.path },
      };
      await say("--build-arg, PLACE=/opt/file");
      const { stdout } = await server.cli(["deploy", built.folder, "--yes", "--json"], { env });
      const { triggers } = JSON.parse(stdout) as { triggers: { url: string }[] };
      expect(await (await fetch(triggers[0]!.url, { method: "POST" })).text()).toBe("of BuildKit");
      await say("--network, host");
      await expect(server.cli(["deploy", built.folder, "--yes"], { env })).rejects.toMatchObject({
        stderr: expect.stringContaining("BuildKit's client takes --build-arg and --target"),
      });
      await say("");
      await writeFile(join(built.folder, "Dockerfile"), `FROM ${base}\nCOPY absent /\n`);
      await expect(server.cli(["deploy", built.folder, "--yes"], { env })).rejects.toMatchObject({
        stderr: expect.stringMatching(/buildctl build: [\s\S]*absent/),
      });
    },
    PART_MS_MAX,
  );
});
