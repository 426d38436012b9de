import { afterAll, beforeAll, expect, test } from "vitest";
import { buildCli, runCli } from "./cli-runner.ts";
import { startTestServer, type TestServer } from "./test-server.ts";
import { createProject } from "./workflow-project.ts";

const MB = 1024 * 1024;

const opened = new AsyncDisposableStack();
let server: TestServer;
let built: Awaited<ReturnType<typeof buildCli>>;
beforeAll(async () => {
  built = opened.use(await buildCli());
  server = opened.use(await startTestServer());
});
afterAll(() => opened.disposeAsync());

test.each([
  ["the server takes", 12],
  ["an executor or a request would carry", 40],
])("deploy says so when a bundle is larger than %s, and nothing is made live", async (_, megabytes) => {
  // In the bundle, and in its source map once more.
  const code = `new Builtin().triggers.onWebhook({ handler: () => big.length });`;
  const source = `import { Builtin } from "floww";\n${code}\nconst big = "${"x".repeat(megabytes * MB)}";\n`;
  await using project = await createProject(`large-${megabytes}`, source);
  const where = { home: server.home, cwd: project.folder };
  const { stderr, exitCode } = await runCli(built.file, ["deploy", "--yes"], where);
  expect(stderr.replaceAll(/\d{8,}/g, "N")).toMatchInlineSnapshot(`
    "error: The bundle has N bytes with its source map; N is the most.
    Import less, or list large dependencies under \`external\` in floww.yaml.
    "
  `);
  expect(exitCode).toBe(2);
  const listed = await runCli(built.file, ["list", "workflows", "--json"], where);
  expect(listed.stdout).not.toContain("activeDeploymentId");
});
