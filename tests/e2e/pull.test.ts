import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type Client, createClient } from "@floww/contract/api";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { buildCli, mask, runCli } from "./cli-runner.ts";
import { startTestServer, type TestServer } from "./test-server.ts";
import { createProject, type WorkflowProject } from "./workflow-project.ts";

const MAIN = `import { Builtin } from "floww";
import { greeting } from "../lib/greeting.ts";
const builtin = new Builtin();
// A comment that only the author wrote.
builtin.triggers.onManual({ name: "greet", handler: () => greeting });
`;
const GREETING = `export const greeting: string = "Hello";\n`;

describe("floww pull", () => {
  let server: TestServer;
  let built: Awaited<ReturnType<typeof buildCli>>;
  let project: WorkflowProject;
  let client: Client;
  let work: string;
  let namespaceId: string;

  beforeAll(async () => {
    built = await buildCli();
    server = await startTestServer();
    work = await mkdtemp(join(tmpdir(), "floww-pull-"));
    project = await createProject("hello", "");
    for (const folder of ["src", "lib"]) await mkdir(join(project.folder, folder));
    await writeFile(join(project.folder, "src/app.ts"), MAIN);
    await writeFile(join(project.folder, "lib/greeting.ts"), GREETING);
    await writeFile(join(project.folder, "floww.yaml"), "name: hello\nentrypoint: src/app.ts\n");
    const token = (await readFile(join(server.home, "owner.token"), "utf8")).trim();
    client = createClient({ serverUrl: server.url, token });
    namespaceId = (await client.whoAmI({})).namespaces[0]!.id;
  });
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    await built[Symbol.asyncDispose]();
    await project[Symbol.asyncDispose]();
    await rm(work, { recursive: true, force: true });
  });

  const cli = (args: string[], cwd = work) => runCli(built.file, args, { home: server.home, cwd });
  const shown = async (args: string[], cwd?: string) => {
    const { stdout, stderr, exitCode } = await cli(args, cwd);
    const text = mask(`${stdout}--\n${stderr}-> ${exitCode}`, { work, project: project.folder });
    // This project has its floww by a link, which is outside of it.
    return text.replace(/^warning: left out.*\n/m, "");
  };

  test("a workflow without a live version has nothing to bring back", async () => {
    await client.createWorkflow({ params: { namespaceId }, body: { name: "empty" } });
    expect(await shown(["pull", "empty"])).toMatchInlineSnapshot(`
      "--
      error: empty has no live version to bring back.
      \`floww deploy\` in the folder of its source makes one.
      -> 2"
    `);
  });

  test("the source comes back as it was written, by the paths that it had", async () => {
    expect((await cli(["deploy", "--yes"], project.folder)).exitCode).toBe(0);
    expect(await shown(["pull", "hello"])).toMatchInlineSnapshot(`
      "hello/lib/greeting.ts
      hello/src/app.ts
      hello/floww.yaml
      --
      hello version 1 is in <work>/hello.
      -> 0"
    `);
    expect(await readFile(join(work, "hello/src/app.ts"), "utf8")).toBe(MAIN);
    expect(await readFile(join(work, "hello/lib/greeting.ts"), "utf8")).toBe(GREETING);
    expect(mask(await readFile(join(work, "hello/floww.yaml"), "utf8"))).toMatchInlineSnapshot(`
      "# What the workflow is called on the server.
      name: hello
      # Where its code begins.
      entrypoint: src/app.ts
      workflowId: wf_ID
      "
    `);
    expect((await readdir(join(work, "hello"))).toSorted()).toEqual(["floww.yaml", "lib", "src"]);
    const again = JSON.parse((await cli(["pull", "hello", "--json"])).stdout);
    expect(again).toMatchObject({ version: 1, written: [], folder: join(work, "hello") });
    expect(again.unchanged.toSorted()).toEqual(["lib/greeting.ts", "src/app.ts"]);
  });

  test("what was changed here is written over only with --force, and the author's floww.yaml stays", async () => {
    const file = join(project.folder, "src/app.ts");
    await writeFile(file, `${MAIN}// not deployed\n`);
    expect(await shown(["pull"], project.folder)).toMatchInlineSnapshot(`
      "--
      error: <project> holds src/app.ts with another content.
      Add --force to write over them, or name another folder with --output.
      -> 2"
    `);
    expect(await readFile(file, "utf8")).toContain("not deployed");
    expect(await shown(["pull", "--force"], project.folder)).toMatchInlineSnapshot(`
      "src/app.ts
      --
      hello version 1 is in <project>. 1 of its files were there already.
      -> 0"
    `);
    expect(await readFile(file, "utf8")).toBe(MAIN);
    expect(await readFile(join(project.folder, "floww.yaml"), "utf8")).toBe(
      "name: hello\nentrypoint: src/app.ts\n",
    );
  });

  test("a source map with paths that lead elsewhere writes nothing there", async () => {
    const paths = ["../escaped.ts", join(work, "absolute.ts"), ".git/config", "..\\escaped.ts", "main.ts"];
    await replaceMap({ sources: paths, sourcesContent: paths.map(() => "// hostile\n") });
    const target = join(work, "target");
    const end = await cli(["pull", "hello", "--output", target, "--force"]);
    expect(end.exitCode).toBe(0);
    expect((await readdir(target)).toSorted()).toEqual(["floww.yaml", "main.ts"]);
    expect((await readdir(work)).toSorted()).toEqual(["hello", "target"]);
    expect(end.stderr).toContain("warning: left out");
  });

  /** As if the live version had been uploaded with another source map. */
  async function replaceMap(map: object): Promise<void> {
    const { items } = await client.listWorkflows({ params: { namespaceId }, query: { name: "hello" } });
    const params = { namespaceId, workflowId: items[0]!.id };
    const [live] = (await client.listDeployments({ params, query: {} })).items;
    const stored = (await readdir(server.home, { recursive: true })).find((path) =>
      path.endsWith(live!.bundleHash),
    );
    const file = join(server.home, stored!);
    const bytes = await readFile(file);
    const codeBytes = bytes.indexOf("//# sourceMappingURL=main.mjs.map\n") + 34;
    const content = Buffer.concat([bytes.subarray(0, codeBytes), Buffer.from(JSON.stringify(map))]);
    const hash = createHash("sha256").update(content).digest("hex");
    const replaced = join(dirname(dirname(file)), hash.slice(0, 2), hash);
    await mkdir(dirname(replaced), { recursive: true });
    await writeFile(replaced, content);
    await using database = await server.openDatabase();
    const mapBytes = content.byteLength - codeBytes;
    await database.query(
      `insert into bundles (namespace_id, hash, code_bytes, map_bytes)
       select namespace_id, '${hash}', ${codeBytes}, ${mapBytes} from bundles where hash = '${live!.bundleHash}'`,
    );
    await database.query(
      `update deployments set bundle_hash = '${hash}' where bundle_hash = '${live!.bundleHash}'`,
    );
  }
});
