import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { buildCli, mask, runCli } from "./cli-runner.ts";
import { eventually } from "./eventually.ts";
import { type RunningCommand, startTestServer, type TestServer } from "./test-server.ts";
import { createProject, type WorkflowProject } from "./workflow-project.ts";

const SOURCE = `
import { Builtin } from "floww";
const builtin = new Builtin();
builtin.triggers.onWebhook({ path: "/order", handler: (ctx, event) => ({ by: "WHERE", order: event.body }) });
builtin.triggers.onManual({ name: "greet", handler: (ctx, event) => ({ by: "WHERE", input: event.input_data }) });
`;
const ONLY_LOCAL = `builtin.triggers.onManual({ name: "only here", handler: () => "from the laptop" });\n`;

describe("events sent to the laptop", () => {
  let server: TestServer;
  let built: Awaited<ReturnType<typeof buildCli>>;
  let project: WorkflowProject;
  let dev: RunningCommand | undefined;
  let recorded: string;

  beforeAll(async () => {
    built = await buildCli();
    server = await startTestServer();
    project = await createProject("local", SOURCE.replaceAll("WHERE", "production"));
  });
  afterAll(async () => {
    await stopDev();
    await server[Symbol.asyncDispose]();
    await built[Symbol.asyncDispose]();
    await project[Symbol.asyncDispose]();
  });

  const cli = (...args: string[]) => runCli(built.file, args, { home: server.home, cwd: project.folder });
  const shown = async (...args: string[]) => {
    const { stdout, stderr, exitCode } = await cli(...args);
    return mask(`${stdout}--\n${stderr}-> ${exitCode}`);
  };

  async function startDev(): Promise<void> {
    const started = server.spawnCli(["dev", "--yes"], { cwd: project.folder });
    dev = started;
    await eventually(async () => /ready in \d+ ms/.exec(started.output()) ?? undefined);
  }

  async function stopDev(): Promise<void> {
    dev?.process.kill("SIGINT");
    await dev?.closed;
    dev = undefined;
  }

  test("a manual trigger of a workflow that was never deployed is run with --local, and never without", async () => {
    await startDev();
    expect(await shown("trigger", "greet")).toMatchInlineSnapshot(`
      "--
      error: local has no active version, and so no manual trigger "greet".
      Your dev session has it: add --local to run "greet" there, or deploy it first with \`floww deploy\`.
      -> 2"
    `);
    expect(
      await shown("trigger", "greet", "--local", "--wait", "--data", '{"name":"Ada"}'),
    ).toMatchInlineSnapshot(`
      "{
        "by": "production",
        "input": {
          "name": "Ada"
        }
      }
      --
      Started exe_ID in your dev session.
      -> 0"
    `);
    expect(await shown("trigger", "nope", "--local")).toMatchInlineSnapshot(`
      "--
      error: The code in your dev session has no manual trigger "nope".
      It has: greet.
      -> 2"
    `);
    const { executionId } = JSON.parse((await cli("trigger", "greet", "--local", "--json")).stdout);
    expect(executionId).toMatch(/^exe_/);
    expect(await shown("trigger", "greet", "--local")).toMatchInlineSnapshot(`
      "exe_ID
      --
      Started in your dev session. See it with \`floww executions show exe_ID\`.
      -> 0"
    `);
    expect(dev?.output()).toContain("Manual trigger: floww trigger greet --local");
    await stopDev();
  });

  test("without a connected dev session, what to run next is said", async () => {
    const { triggers } = JSON.parse((await cli("deploy", "--json")).stdout);
    const { url } = triggers.find((trigger: { url?: string }) => trigger.url !== undefined);
    const headers = { "content-type": "application/json" };
    const answer = await fetch(url, { method: "POST", headers, body: '{"id":7}' });
    expect(await answer.json()).toEqual({ by: "production", order: { id: 7 } });
    const [latest] = JSON.parse((await cli("executions", "list", "--json", "--limit", "1")).stdout);
    recorded = latest.id;
    expect(await shown("replay", recorded, "--local")).toMatchInlineSnapshot(`
      "--
      error: No dev session of yours is connected for this workflow.
      Start one with \`floww dev\` in the workflow's folder.
      -> 2"
    `);
    expect(await shown("trigger", "greet", "--local")).toMatchInlineSnapshot(`
      "--
      error: No dev session of yours is connected for this workflow.
      Start one with \`floww dev\` in the workflow's folder.
      -> 2"
    `);
    expect(await shown("trigger", "nope")).toMatchInlineSnapshot(`
      "--
      error: The active version has no manual trigger "nope".
      It has: greet.
      -> 2"
    `);
  });

  test("a webhook of production runs again in the code on the laptop, and production's own is untouched", async () => {
    await project.write(SOURCE.replaceAll("WHERE", "the laptop") + ONLY_LOCAL);
    await startDev();
    const local = JSON.parse((await cli("replay", recorded, "--local", "--wait", "--json")).stdout);
    expect(local).toMatchObject({
      origin: "dev",
      replayOf: recorded,
      output: { value: { by: "the laptop", order: { id: 7 } } },
    });
    const live = JSON.parse((await cli("replay", recorded, "--wait")).stdout);
    expect(live).toEqual({ by: "production", order: { id: 7 } });
  });

  test("a trigger that only the laptop has is named, and not run there by itself", async () => {
    expect(await shown("trigger", "only here")).toMatchInlineSnapshot(`
      "--
      error: The active version has no manual trigger "only here".
      Your dev session has it: add --local to run "only here" there, or deploy it first with \`floww deploy\`.
      -> 2"
    `);
    expect((await cli("trigger", "only here", "--local", "--wait")).stdout).toBe("from the laptop\n");
  });

  test("the deadline is the one that the code on the laptop declares", async () => {
    const stuck = '{ name: "greet", timeoutMs: 20, handler: () => new Promise(() => {}) }';
    await project.write(SOURCE.replace(/\{ name: "greet".*\}/, stuck));
    await eventually(async () => (dev?.output().match(/ready in/g)?.length === 2 ? true : undefined));
    const end = await cli("trigger", "greet", "--local", "--wait");
    expect([end.exitCode, end.stderr]).toEqual([1, expect.stringContaining("The run ended as timed_out.")]);
  });

  test("an event whose handler the laptop's code has not is refused by name", async () => {
    await project.write(SOURCE.replaceAll("WHERE", "the laptop").replace("/order", "/other"));
    await eventually(async () => (/\/other/.test(dev?.output() ?? "") ? true : undefined));
    expect(await shown("replay", recorded, "--local")).toMatchInlineSnapshot(`
      "--
      error: The code in this dev session has no handler "builtin.onWebhook:POST /order".
      Look at its state, then try what that state allows.
      -> 2"
    `);
    expect(await readFile(join(project.folder, "floww.yaml"), "utf8")).toBe("name: local\n");
  });
});
