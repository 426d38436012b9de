import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Client, createClient } from "@floww/contract/api";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { buildCli, mask, runCli } from "./cli-runner.ts";
import { startTestServer, type TestServer } from "./test-server.ts";

describe("a new project", () => {
  let built: Awaited<ReturnType<typeof buildCli>>;
  let server: TestServer;
  let work: string;
  let client: Client;
  let staging: string;
  beforeAll(async () => {
    built = await buildCli();
    server = await startTestServer();
    work = await mkdtemp(join(tmpdir(), "floww-cli-"));
    const token = (await readFile(join(server.home, "owner.token"), "utf8")).trim();
    client = createClient({ serverUrl: server.url, token });
    const { organizations } = await client.whoAmI({});
    const params = { organizationId: organizations[0]!.id };
    staging = (await client.createNamespace({ params, body: { name: "staging" } })).id;
  });
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    await built[Symbol.asyncDispose]();
    await rm(work, { recursive: true, force: true });
  });

  const cli = async (args: string[], env: Record<string, string> = {}, cwd = work) => {
    const { stdout, stderr, exitCode } = await runCli(built.file, args, { home: server.home, cwd, env });
    return mask(`${stdout}--\n${stderr}-> ${exitCode}`, { work, home: server.home });
  };
  const init = (...args: string[]) => cli(["init", ...args, "--yes", "--no-install"]);

  test("is made in the namespace that is named, and says how commands get there", async () => {
    expect(
      await init("there", "--namespace", "staging", "--description", "Says hello"),
    ).toMatchInlineSnapshot(`
      "
      Next:
        cd there
        npm install
        npx floww namespace set staging
        npx floww dev
        npx floww deploy
      --
      Wrote there to <work>/there.
      Created the workflow there in staging on http://127.0.0.1:PORT.
      -> 0"
    `);
    const { items } = await client.listWorkflows({ params: { namespaceId: staging } });
    expect(items.map(({ name, description }) => [name, description])).toEqual([["there", "Says hello"]]);
    expect(await readFile(join(work, "there/floww.yaml"), "utf8")).toContain(items[0]!.id);
  });

  test("says nothing more where commands work in that namespace already", async () => {
    const env = { FLOWW_NAMESPACE: "default" };
    const args = ["init", "here", "--namespace", "default", "--yes", "--no-install"];
    expect(await cli(args, env)).not.toContain("namespace set");
  });

  test("is not begun in a namespace that is not there", async () => {
    expect(await init("nowhere", "--namespace", "nope")).toMatchInlineSnapshot(`
      "--
      error: There is no namespace "nope".
      You have: default, staging.
      -> 2"
    `);
    expect(existsSync(join(work, "nowhere"))).toBe(false);
  });

  test("is written over what is there only when that is asked for", async () => {
    const file = join(work, "there/main.ts");
    await writeFile(file, "// mine\n");
    expect(await init("there", "--name", "again")).toContain("-> 2");
    expect(await readFile(file, "utf8")).toBe("// mine\n");
    expect(await init("there", "--name", "again", "--namespace", "staging", "--force")).toContain("-> 0");
    expect(await readFile(file, "utf8")).toContain("onWebhook");
  });

  test("cannot say where a server listens that is there already", async () => {
    const dev = (args: string[], env?: Record<string, string>) =>
      cli(["dev", ...args], env, join(work, "there"));
    expect(await dev(["--port", "1"])).toMatchInlineSnapshot(`
      "--
      error: The server on this machine listens at http://127.0.0.1:PORT already.
      Leave --port out, or end it with \`floww server stop\` first.
      -> 2"
    `);
    expect(await dev(["--host", "::1", "--port", "1"], { FLOWW_SERVER: server.url })).toMatchInlineSnapshot(`
      "--
      error: --host and --port cannot move the server http://127.0.0.1:PORT.
      They are for the server that \`floww dev\` starts on this machine; FLOWW_SERVER names another. Leave them out.
      -> 2"
    `);
    expect(await dev(["--port", "high"])).toMatchInlineSnapshot(`
      "--
      error: --port is "high".
      Give a whole number from 0 to 65535.
      -> 2"
    `);
  });
});
