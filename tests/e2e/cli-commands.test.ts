import { spawn } from "node:child_process";
import { chmod, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { buildCli, type CliEnd, mask, runCli } from "./cli-runner.ts";
import { homeEnvironment } from "./home-environment.ts";
import { startTestServer, type TestServer } from "./test-server.ts";

const sdk = fileURLToPath(new URL("../../packages/floww", import.meta.url));

describe("a project's life on the command line", () => {
  let server: TestServer;
  let built: Awaited<ReturnType<typeof buildCli>>;
  let work: string;
  let project: string;
  beforeAll(async () => {
    built = await buildCli();
    server = await startTestServer();
    work = await mkdtemp(join(tmpdir(), "floww-cli-"));
    project = join(work, "hello");
  });
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    await built[Symbol.asyncDispose]();
    await rm(work, { recursive: true, force: true });
  });

  const cli = (
    args: string[],
    options: { cwd?: string; env?: Record<string, string>; input?: string } = {},
  ) => runCli(built.file, args, { home: server.home, cwd: project, ...options });
  const shown = ({ stdout, stderr, exitCode }: CliEnd) =>
    mask(`${stdout}--\n${stderr}-> ${exitCode}`, { project, work, home: server.home });

  test("init makes a project and its workflow, and keeps the comments of floww.yaml", async () => {
    expect(
      shown(await cli(["init", "hello", "--yes", "--no-install"], { cwd: work })),
    ).toMatchInlineSnapshot(`
      "
      Next:
        cd hello
        npm install
        npx floww dev
        npx floww deploy
      --
      Wrote hello to <project>.
      Created the workflow hello in default on http://127.0.0.1:PORT.
      -> 0"
    `);
    expect(mask(await readFile(join(project, "floww.yaml"), "utf8"))).toMatchInlineSnapshot(`
      "# What the workflow is called on the server.
      name: hello
      # Where its code begins.
      entrypoint: main.ts
      workflowId: wf_ID
      "
    `);
    const lines = (await readFile(join(project, "main.ts"), "utf8")).split("\n");
    expect(lines.length).toBeLessThanOrEqual(41);
    await mkdir(join(project, "node_modules"));
    await symlink(sdk, join(project, "node_modules/floww"));
  });

  test("init refuses a folder that is not empty, and asks nobody who is not there", async () => {
    expect(shown(await cli(["init", "hello", "--yes"], { cwd: work }))).toMatchInlineSnapshot(`
      "--
      error: <project> is not empty: it holds floww.yaml, main.test.ts, main.ts and more.
      Name another folder, or add --force to write into this one.
      -> 2"
    `);
    expect(shown(await cli(["init"], { cwd: work }))).toMatchInlineSnapshot(`
      "--
      error: What is the workflow called?
      Run it again with --name <name>.
      -> 2"
    `);
    expect(shown(await cli(["init", "x", "--name", "no spaces"], { cwd: work }))).toMatchInlineSnapshot(`
      "--
      error: "no spaces" cannot be the name of a workflow.
      Use 1 to 63 letters, digits, \`-\`, \`_\` or \`.\`, beginning with a letter or digit.
      -> 2"
    `);
  });

  test("init says when the name is taken, and leaves the id out", async () => {
    const end = await cli(["init", "other", "--name", "hello", "--yes", "--no-install"], { cwd: work });
    expect(shown(end)).toMatchInlineSnapshot(`
      "
      Next:
        cd other
        npm install
        npx floww dev
        npx floww deploy
      --
      Wrote hello to <work>/other.
      warning: A workflow named "hello" exists in this namespace. \`floww deploy\` from here replaces its live version; change \`name\` in floww.yaml if that is not meant.
      -> 0"
    `);
    expect(await readFile(join(work, "other/floww.yaml"), "utf8")).not.toContain("workflowId");
  });

  test("the test of a new project passes, and one that fails ends with 1", async () => {
    const passed = await cli(["test"]);
    expect(passed.stdout).toMatch(/pass 2\b[\s\S]*fail 0\b/);
    expect(passed.exitCode).toBe(0);
    const typescript = `import assert from "node:assert/strict";\nenum Size { small = 1 }\nassert.equal(Size.small, 2);\n`;
    await writeFile(join(project, "other.test.ts"), typescript);
    const failed = await cli(["test", "other.test.ts"]);
    expect(failed.stdout).toMatch(/1 !== 2[\s\S]*other\.test\.ts:3:8/);
    expect(failed.exitCode).toBe(1);
    await rm(join(project, "other.test.ts"));
    expect(shown(await cli(["test"], { cwd: work }))).toMatchInlineSnapshot(`
      "--
      error: There is no floww.yaml in <work>.
      Run this in a workflow's folder, or make one with \`floww init\`.
      -> 2"
    `);
  });

  test("doctor says that there is no version yet, which is nothing wrong", async () => {
    const { stdout, stderr } = await cli(["doctor"]);
    expect(stdout).toContain("-      workflow    hello has no version yet; `floww deploy` makes one\n");
    expect(stderr).toBe("Nothing is wrong.\n");
  });

  test("a plan of a first deploy creates everything and changes nothing", async () => {
    expect(shown(await cli(["deploy", "--plan"]))).toMatchInlineSnapshot(`
      "+ code, N kB, as the first version
      + POST http://127.0.0.1:PORT/webhook/KEY/hello
      + cron 0 9 * * 1-5 (UTC)
      + manual greet
      --
      + created, ~ changed, - removed, = as it is. Nothing was changed; \`floww deploy\` does it.
      -> 0"
    `);
    expect((await cli(["list", "deployments", "--json"])).stdout).toBe("[]\n");
  });

  test("deploy prints what can be called, and its JSON has the times of every step", async () => {
    expect(shown(await cli(["deploy"]))).toMatchInlineSnapshot(`
      "hello version 1 is live (process).
        POST http://127.0.0.1:PORT/webhook/KEY/hello
        cron 0 9 * * 1-5 (UTC), next at INSTANT
        floww trigger greet
      --
      Done in N s.
      -> 0"
    `);
    expect(shown(await cli(["deploy", "--plan"]))).toMatchInlineSnapshot(`
      "= code, N kB, the same as in live version 1
      = POST http://127.0.0.1:PORT/webhook/KEY/hello
      = cron 0 9 * * 1-5 (UTC)
      = manual greet
      --
      + created, ~ changed, - removed, = as it is. Nothing was changed; \`floww deploy\` does it.
      -> 0"
    `);
    const deployed = JSON.parse((await cli(["deploy", "--json"])).stdout);
    expect(Object.keys(deployed.timingsMs)).toEqual([
      "build",
      "enumerate",
      "upload",
      "prove",
      "register",
      "switch",
      "total",
    ]);
    expect(deployed).toMatchObject({ version: 2, runtime: "process" });
  });

  test("a plan names what is created, changed and removed", async () => {
    const file = join(project, "main.ts");
    const before = await readFile(file, "utf8");
    await writeFile(
      file,
      before
        .replace('path: "/hello"', 'path: "/hi"')
        .replace('name: "greet",', 'name: "greet", inputSchema: {},')
        .replace('timezone: "UTC",', 'timezone: "UTC", catchUp: "skip", timeoutMs: 1_000,'),
    );
    expect(shown(await cli(["deploy", "--plan"]))).toMatchInlineSnapshot(`
      "~ code, N kB, in place of live version 2
      + POST http://127.0.0.1:PORT/webhook/KEY/hi
      ~ cron 0 9 * * 1-5 (UTC): catchUp: last -> skip; timeoutMs: not set -> 1000
      ~ manual greet: another inputSchema
      - POST http://127.0.0.1:PORT/webhook/KEY/hello
      --
      + created, ~ changed, - removed, = as it is. Nothing was changed; \`floww deploy\` does it.
      -> 0"
    `);
    const plan = JSON.parse((await cli(["deploy", "--plan", "--json"])).stdout);
    expect(plan).toMatchObject({ workflow: { isNew: false }, liveVersion: 2, bundle: { isLive: false } });
    await writeFile(file, before);
  });

  test("trigger prints the run's id, or with --wait what it returned", async () => {
    expect(shown(await cli(["trigger", "greet"]))).toMatchInlineSnapshot(`
      "exe_ID
      --
      Started. See it with \`floww executions show exe_ID\`.
      -> 0"
    `);
    expect(shown(await cli(["trigger", "greet", "--wait", "-d", '{"name":"Ada"}']))).toMatchInlineSnapshot(`
      "{
        "message": "Hello, Ada!"
      }
      --
      Started exe_ID.
      -> 0"
    `);
    const piped = await cli(["trigger", "greet", "--wait", "-d", "-"], { input: '{"name":"Bob"}' });
    expect(JSON.parse(piped.stdout)).toEqual({ message: "Hello, Bob!" });
    await writeFile(join(work, "input.json"), '{"name":"Eve"}');
    const fromFile = await cli(["trigger", "greet", "--wait", "--json", "-d", "@../input.json"]);
    expect(JSON.parse(fromFile.stdout).output).toEqual({ kind: "json", value: { message: "Hello, Eve!" } });
  });

  test("what was asked for wrongly is said with what to do, and ends with 2", async () => {
    const wrong = [
      ["trigger", "nope"],
      ["trigger", "greet", "-d", "{bad"],
      ["trigger", "greet", "-d", "@missing.json"],
      ["executions", "show", "exe_nope"],
      ["executions", "list", "--status", "bad"],
      ["executions", "list", "--limit", "0"],
      ["list", "triggers", "-w", "nope"],
      ["namespace", "set", "nope"],
      ["namespace", "select"],
      ["config", "get", "nope"],
      ["config", "set", "server", "nonsense"],
      ["completion", "tcsh"],
      ["deplyo"],
      ["deploy", "--jsn"],
      ["trigger"],
    ];
    const ends: string[] = [];
    for (const args of wrong) ends.push(`$ floww ${args.join(" ")}\n${shown(await cli(args))}`);
    expect(ends.join("\n\n")).toMatchInlineSnapshot(`
      "$ floww trigger nope
      --
      error: The active version has no manual trigger "nope".
      It has: greet.
      -> 2

      $ floww trigger greet -d {bad
      --
      error: --data is not JSON: Expected property name or '}' in JSON at position 1 (line 1 column 2)
      Quote it for your shell, like --data '{"name":"Ada"}', or put it into a file: --data @input.json.
      -> 2

      $ floww trigger greet -d @missing.json
      --
      error: missing.json cannot be read: ENOENT.
      Check the name after @; it is looked up from the current folder.
      -> 2

      $ floww executions show exe_nope
      --
      error: "exe_nope" is no execution's id.
      \`floww executions list\` shows them; they begin with exe_.
      -> 2

      $ floww executions list --status bad
      --
      error: There is no status "bad".
      Use one of: received, waiting, started, completed, failed, timed_out, cancelled, interrupted.
      -> 2

      $ floww executions list --limit 0
      --
      error: --limit is "0".
      Give a whole number from 1 to 500.
      -> 2

      $ floww list triggers -w nope
      --
      error: There is no workflow "nope" in default.
      \`floww list workflows\` shows what is there; \`floww deploy\` makes it.
      -> 2

      $ floww namespace set nope
      --
      error: There is no namespace "nope".
      You have: default.
      -> 2

      $ floww namespace select
      --
      error: Which namespace?
      Run \`floww namespace set <name>\` with one of: default.
      -> 2

      $ floww config get nope
      --
      error: There is no setting "nope".
      Use one of: server, namespace.
      -> 2

      $ floww config set server nonsense
      --
      error: The address is "nonsense", which is no server's address.
      Write it like http://127.0.0.1:PORT or https://floww.example.com.
      -> 2

      $ floww completion tcsh
      --
      error: There are no completions for "tcsh".
      Use one of: bash, zsh, fish.
      -> 2

      $ floww deplyo
      --
      error: unknown command 'deplyo'
      (Did you mean deploy?)
      \`floww --help\` lists the commands.
      -> 2

      $ floww deploy --jsn
      --
      error: unknown option '--jsn'
      (Did you mean --json?)
      \`floww deploy --help\` shows how.
      -> 2

      $ floww trigger
      --
      error: missing required argument 'name'
      \`floww trigger --help\` shows how.
      -> 2"
    `);
  });

  test("what ran is listed, shown and replayed, with its logs", async () => {
    const { url } = JSON.parse((await cli(["list", "triggers", "--json"])).stdout).find(
      (t: { url?: string }) => t.url,
    );
    const body = JSON.stringify({ name: "Ada" });
    await fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body });
    const [latest] = JSON.parse((await cli(["executions", "list", "--json", "--limit", "1"])).stdout);
    // Log lines are written beside the ledger: they are there soon after the answer.
    await expect.poll(async () => (await cli(["logs", latest.id])).stdout, { timeout: 10_000 }).not.toBe("");
    expect(shown(await cli(["executions", "list", "--limit", "1", "-w", "hello"]))).toMatchInlineSnapshot(`
      "RECEIVED  STATUS  WORKFLOW  ORIGIN  DURATION  ID
      DATE TIME  completed  hello  webhook  N ms  exe_ID
      --
      There are more; --limit shows them.
      -> 0"
    `);
    expect(shown(await cli(["executions", "show", latest.id]))).toMatchInlineSnapshot(`
      "execution  exe_ID
      status  completed
      trigger  builtin.onWebhook:POST /hello
      origin  webhook
      version  2
      received  DATE TIME
      duration  N ms
      answer  200

      input
        {
          "name": "Ada"
        }

      output
        {
          "message": "Hello, Ada!"
        }

      logs
        CLOCK  info  greeting Ada
      --
      -> 0"
    `);
    expect(shown(await cli(["logs", "--limit", "1"]))).toMatchInlineSnapshot(`
      "…ID  CLOCK  info  greeting Ada
      --
      -> 0"
    `);
    expect(shown(await cli(["replay", latest.id, "--wait"]))).toMatchInlineSnapshot(`
      "{
        "message": "Hello, Ada!"
      }
      --
      Started exe_ID.
      -> 0"
    `);
  });

  test("logs -f shows a line when its run has logged it", async () => {
    const env = homeEnvironment(server.home);
    const follower = spawn(process.execPath, [built.file, "logs", "-f", "--limit", "1"], {
      cwd: project,
      env,
    });
    const lines = createInterface({ input: follower.stdout })[Symbol.asyncIterator]();
    // The line that is there already: from here on it follows.
    await lines.next();
    const listed = JSON.parse((await cli(["list", "triggers", "--json"])).stdout);
    const { url } = listed.find((trigger: { url?: string }) => trigger.url);
    const body = JSON.stringify({ name: "the follower" });
    await fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body });
    expect((await lines.next()).value).toMatch(/info {3}greeting the follower$/);
    const closed = new Promise((resolve) => follower.once("close", resolve));
    follower.kill("SIGINT");
    await closed;
  });

  test("rollback goes to the version before, and says when there is none of that number", async () => {
    expect(shown(await cli(["rollback"]))).toMatchInlineSnapshot(`
      "hello version 1 is live (process).
        POST http://127.0.0.1:PORT/webhook/KEY/hello
        cron 0 9 * * 1-5 (UTC), next at INSTANT
        floww trigger greet
      --
      -> 0"
    `);
    expect(shown(await cli(["rollback", "9"]))).toMatchInlineSnapshot(`
      "--
      error: There is no version 9 of this workflow.
      List what exists, for example with \`floww list workflows\`.
      -> 2"
    `);
    expect(shown(await cli(["list", "deployments"]))).toMatchInlineSnapshot(`
      "VERSION  LIVE  RUNTIME  DEPLOYED  BY  ID
      2  process  DATE TIME  owner of this machine  dep_ID
      1  yes  process  DATE TIME  owner of this machine  dep_ID
      --
      -> 0"
    `);
    expect(shown(await cli(["list", "workflows"]))).toMatchInlineSnapshot(`
      "NAME  LIVE  CREATED  WEBHOOKS AT  ID
      hello  yes  DATE TIME  http://127.0.0.1:PORT/webhook/KEY  wf_ID
      --
      -> 0"
    `);
    expect(shown(await cli(["list", "triggers"]))).toMatchInlineSnapshot(`
      "TYPE  LISTENS FOR  ID
      onCron  cron 0 9 * * 1-5 (UTC), next at INSTANT  trg_ID
      onManual  floww trigger greet  trg_ID
      onWebhook  POST http://127.0.0.1:PORT/webhook/KEY/hello  trg_ID
      --
      -> 0"
    `);
  });

  test("who, where and why are told, and a namespace is remembered in a private file", async () => {
    expect(shown(await cli(["whoami"]))).toMatchInlineSnapshot(`
      "you  owner of this machine (key key_ID)
      role  owner of default
      server  http://127.0.0.1:PORT (the server on this machine)
      signed in  by <home>/owner.token
      namespaces  default
      --
      -> 0"
    `);
    expect(shown(await cli(["namespace", "set", "default"]))).toMatchInlineSnapshot(`
      "--
      Commands on http://127.0.0.1:PORT work in default from now on.
      -> 0"
    `);
    expect(shown(await cli(["config", "list"]))).toMatchInlineSnapshot(`
      "KEY  VALUE  FROM
      server  http://127.0.0.1:PORT  the server on this machine
      namespace  default  <home>/.config/floww/profiles/127.0.0.1_PORT.json
      --
      -> 0"
    `);
    const { host } = new URL(server.url);
    const profile = join(server.home, ".config/floww/profiles", `${host.replace(":", "_")}.json`);
    expect(JSON.parse(await readFile(profile, "utf8"))).toEqual({ server: server.url, namespace: "default" });
    await chmod(profile, 0o644);
    expect(shown(await cli(["whoami"]))).toMatchInlineSnapshot(`
      "--
      error: <home>/.config/floww/profiles/127.0.0.1_PORT.json holds a token, and others can open it (mode 644).
      Run \`chmod 600 <home>/.config/floww/profiles/127.0.0.1_PORT.json\`. If others use this machine, renew the token too.
      -> 2"
    `);
    await chmod(profile, 0o600);
  });

  test("the owner's key is given to no other server than the one of its home", async () => {
    const end = await cli(["whoami"], {
      env: { FLOWW_SERVER: server.url.replace("127.0.0.1", "localhost") },
    });
    expect(end.exitCode).toBe(3);
    expect(end.stderr).toContain("You are not signed in to http://localhost:");
  });

  test("open names the address that people reach the server at, where its pages sign them in", async () => {
    expect((await cli(["open", "--print"])).stdout).toBe(`${server.url}\n`);
    const file = join(server.home, "server.json");
    const before = await readFile(file, "utf8");
    await writeFile(file, JSON.stringify({ ...JSON.parse(before), publicUrl: "https://floww.example.com" }));
    expect((await cli(["open", "--print"])).stdout).toBe("https://floww.example.com\n");
    await writeFile(file, before);
  });

  test("a sign-in that the server of this home refuses gives way to the owner's key, there and nowhere else", async () => {
    const folder = join(server.home, ".config/floww/sign-ins");
    const stale = { accessToken: "stale", refreshToken: "stale", expiresAtMs: Date.now() + 3_600_000 };
    const elsewhere = server.url.replace("127.0.0.1", "localhost");
    await mkdir(folder, { recursive: true });
    for (const address of [server.url, elsewhere]) {
      const file = join(folder, `${new URL(address).host.replace(":", "_")}.json`);
      await writeFile(file, JSON.stringify({ ...stale, server: address }), { mode: 0o600 });
    }
    const end = await cli(["whoami"]);
    expect([end.exitCode, end.stdout]).toEqual([0, expect.stringContaining("owner of this machine")]);
    expect(mask(end.stderr, { home: server.home })).toMatchInlineSnapshot(`
      "http://127.0.0.1:PORT refuses <home>/.config/floww/sign-ins/127.0.0.1_PORT.json (\`floww logout\` forgets it); going on by <home>/owner.token.
      "
    `);
    const other = await cli(["whoami"], { env: { FLOWW_SERVER: elsewhere } });
    expect([other.exitCode, other.stdout]).toEqual([3, ""]);
    await rm(folder, { recursive: true });
  });

  test("FLOWW_TOKEN and FLOWW_NAMESPACE win over what is remembered, and a wrong one is not passed over", async () => {
    const token = (await readFile(join(server.home, "owner.token"), "utf8")).trim();
    const elsewhere = server.url.replace("127.0.0.1", "localhost");
    const signedIn = await cli(["whoami"], { env: { FLOWW_SERVER: elsewhere, FLOWW_TOKEN: token } });
    expect([signedIn.exitCode, signedIn.stdout]).toEqual([0, expect.stringContaining("by FLOWW_TOKEN")]);
    const refused = await cli(["whoami"], { env: { FLOWW_TOKEN: "flw_wrong" } });
    expect(refused.exitCode).toBe(3);
    const env = { FLOWW_NAMESPACE: "default" };
    expect((await cli(["namespace", "show"], { env })).stderr).toContain("by FLOWW_NAMESPACE");
    const missing = await cli(["list", "workflows"], { env: { FLOWW_NAMESPACE: "nope" } });
    expect([missing.exitCode, missing.stderr]).toEqual([2, expect.stringContaining('no namespace "nope"')]);
  });

  test("a secret that is set is listed until it is deleted, and its value is shown nowhere", async () => {
    const set = await cli(["secrets", "set", "api"], { input: '{"key":"hidden-value"}' });
    const listed = async () => JSON.parse((await cli(["secrets", "list", "--json"])).stdout);
    expect(set.exitCode).toBe(0);
    expect(await listed()).toMatchObject([{ name: "api" }]);
    const shownAll = [set, await cli(["secrets", "list"]), await cli(["secrets", "list", "--json"])];
    expect(JSON.stringify(shownAll)).not.toContain("hidden-value");
    expect((await cli(["secrets", "delete", "api", "--yes"])).exitCode).toBe(0);
    expect(await listed()).toEqual([]);
  });

  test("a variable is set for deployed runs, and it is said that dev reads .env instead", async () => {
    expect(shown(await cli(["env", "list"]))).toMatchInlineSnapshot(`
      "--
      hello has no variables on the server yet; \`floww env set NAME\` makes one. \`floww dev\` reads the project's .env.
      -> 0"
    `);
    expect(shown(await cli(["env", "set", "REGION=eu"]))).toMatchInlineSnapshot(`
      "--
      error: The value of a variable or secret is never an argument.
      Run \`floww env set REGION\` and type it, or give it on stdin: what is typed here stays in the shell's history.
      -> 2"
    `);
    expect(shown(await cli(["env", "set", "REGION"], { input: "eu\n" }))).toMatchInlineSnapshot(`
      "REGION is set for hello: its next deployed run has it in process.env.
      --
      This is for deployed runs; in \`floww dev\`, process.env holds the project's .env.
      -> 0"
    `);
    expect(shown(await cli(["env", "list"]))).toMatchInlineSnapshot(`
      "NAME  UPDATED  BY
      REGION  INSTANT  owner of this machine
      --
      This is for deployed runs; in \`floww dev\`, process.env holds the project's .env.
      -> 0"
    `);
    expect(JSON.parse((await cli(["env", "list", "--json"])).stdout)).toMatchObject([{ name: "REGION" }]);
    expect((await cli(["env", "unset", "REGION"])).exitCode).toBe(0);
    expect((await cli(["env", "list", "--json"])).stdout).toBe("[]\n");
  });

  test("a handler that throws makes --wait end with 1, and names the line", async () => {
    const file = join(project, "main.ts");
    const before = await readFile(file, "utf8");
    const throwing =
      'builtin.triggers.onManual({ name: "fail", handler: () => { throw new Error("no \\x1b[31mluck"); } });\n';
    await writeFile(file, before + throwing);
    await cli(["deploy"]);
    const end = await cli(["trigger", "fail", "--wait"]);
    expect(end.exitCode).toBe(1);
    expect(end.stderr).toMatch(/The run ended as failed\.\nError: no \\x1b\[31mluck \(.*main\.ts:32:\d+\)/);
    await writeFile(file, before);
  });

  test("logs -f of one run goes on until it ends, and then ends too", async () => {
    const file = join(project, "main.ts");
    const before = await readFile(file, "utf8");
    const slow = `builtin.triggers.onManual({ name: "slow", handler: async (ctx) => {
      ctx.logger.info("begun");
      await new Promise((resolve) => setTimeout(resolve, 2_000));
      ctx.logger.info("done");
    } });\n`;
    await writeFile(file, before + slow);
    await cli(["deploy"]);
    const { executionId } = JSON.parse((await cli(["trigger", "slow", "--json"])).stdout);
    const { stdout, exitCode } = await cli(["logs", executionId, "-f"]);
    expect([stdout.match(/begun|done/g), exitCode]).toEqual([["begun", "done"], 0]);
    await writeFile(file, before);
  });

  test("doctor finds nothing wrong, and then what is", async () => {
    const fine = await cli(["doctor"]);
    expect(fine.stdout).toContain("ok     workflow    hello is live\n");
    expect(fine.stderr).toBe("Nothing is wrong.\n");
    expect(fine.exitCode).toBe(0);
    await cli(["pause"]);
    expect((await cli(["doctor"])).stdout).toContain(
      "-      workflow    hello is paused, and keeps its events; `floww resume` runs them\n",
    );
    await cli(["resume"]);
    const file = join(project, "main.ts");
    const before = await readFile(file, "utf8");
    await writeFile(file, `${before}throw new Error("no luck");\n`);
    const { findings } = JSON.parse((await cli(["doctor", "--json"])).stdout);
    expect(findings.filter((f: { status: string }) => f.status !== "fine")).toMatchInlineSnapshot(`
      [
        {
          "check": "code",
          "fix": "Correct the line that the message names; the old version stays live.",
          "frame": "  30 |   handler: (_ctx, event) => ({ message: \`Hello, \${event.input_data?.name ?? "world"}!\` }),
        31 | });
      > 32 | throw new Error("no luck");
           |       ^
        33 |",
          "message": "Top-level code threw at main.ts:32:7: Error: no luck (main.ts:32)",
          "status": "wrong",
        },
        {
          "check": "providers",
          "message": "needs "code"",
          "status": "left out",
        },
        {
          "check": "secrets",
          "message": "needs "code"",
          "status": "left out",
        },
      ]
    `);
    expect(shown(await cli(["deploy"]))).toMatchInlineSnapshot(`
      "--
      error: Top-level code threw at main.ts:32:7: Error: no luck (main.ts:32)

        30 |   handler: (_ctx, event) => ({ message: \`Hello, \${event.input_data?.name ?? "world"}!\` }),
        31 | });
      > 32 | throw new Error("no luck");
           |       ^
        33 |

      Correct the line that the message names; the old version stays live.
      -> 1"
    `);
    await writeFile(file, `${before}const x = ;\n`);
    expect(shown(await cli(["deploy"]))).toMatchInlineSnapshot(`
      "--
      error: main.ts:32:11: Unexpected ";"

        30 |   handler: (_ctx, event) => ({ message: \`Hello, \${event.input_data?.name ?? "world"}!\` }),
        31 | });
      > 32 | const x = ;
           |           ^
        33 |

      Correct the place that the message names.
      -> 1"
    `);
    await writeFile(file, before);
  });

  test("server stop ends the server of this home, after which every command says what to run", async () => {
    const ended = new Promise((resolve) => server.process.once("exit", resolve));
    expect(shown(await cli(["server", "stop"]))).toMatchInlineSnapshot(`
      "Stopped the server at http://127.0.0.1:PORT.
      --
      -> 0"
    `);
    expect(await ended).toBe(0);
    expect(shown(await cli(["server", "stop"]))).toMatchInlineSnapshot(`
      "--
      error: No server is running on <home>.
      Nothing to stop. FLOWW_HOME names another home.
      -> 2"
    `);
    expect(
      shown(await cli(["whoami"], { env: { FLOWW_SERVER: `http://127.0.0.1:${new URL(server.url).port}` } })),
    ).toMatchInlineSnapshot(`
      "--
      error: No server answers at http://127.0.0.1:PORT: nothing listens there.
      Start one with \`npx floww-server\`, or name another with FLOWW_SERVER.
      -> 4"
    `);
    expect((await cli(["doctor"])).exitCode).toBe(1);
  });
});
