import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Client, createClient } from "@floww/contract/api";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { eventually } from "./eventually.ts";
import { startTestServer, type TestServer } from "./test-server.ts";
import { createProject, type WorkflowProject } from "./workflow-project.ts";

/** How a run dies, and what its record says of it. */
interface Death {
  path: string;
  /** The handler's code, after it has logged "before" and written "to stderr". */
  dies: string;
  status: "failed" | "timed_out" | "cancelled" | "interrupted";
  code: string;
  answers: number;
  /** What is to be done from outside once it runs. */
  from?: "cancel" | "kill the server";
}

const never = "await new Promise(() => undefined);";

const DEATHS: readonly Death[] = [
  { path: "/throws", dies: 'throw new TypeError("no");', status: "failed", code: "USER_ERROR", answers: 500 },
  {
    path: "/signal",
    dies: `process.kill(process.pid, "SIGSEGV"); ${never}`,
    ...{ status: "failed", code: "PROCESS_CRASHED", answers: 500 },
  },
  { path: "/abort", dies: "process.abort();", status: "failed", code: "PROCESS_CRASHED", answers: 500 },
  {
    path: "/heap",
    dies: "const kept = []; for (;;) { for (let n = 0; n < 1000; n++) kept.push(new Array(1000).fill(n)); await null; }",
    ...{ status: "failed", code: "OUT_OF_MEMORY", answers: 500 },
  },
  {
    path: "/buffers",
    dies: "const kept = []; for (;;) { kept.push(Buffer.alloc(32 * 1024 * 1024, 1)); await pause(5); }",
    ...{ status: "failed", code: "OUT_OF_MEMORY", answers: 500 },
  },
  { path: "/late", dies: never, status: "timed_out", code: "RUN_TIMED_OUT", answers: 504 },
  { path: "/blocked", dies: "for (;;);", status: "timed_out", code: "RUN_TIMED_OUT", answers: 504 },
  { path: "/exit", dies: "process.exit(0);", status: "failed", code: "PROCESS_EXITED", answers: 500 },
  {
    path: "/rejection",
    dies: `void Promise.reject(new RangeError("unseen")); ${never}`,
    ...{ status: "failed", code: "UNCAUGHT_ERROR", answers: 500 },
  },
  {
    path: "/timer",
    dies: `setTimeout(() => { throw new RangeError("in a timer"); }); ${never}`,
    ...{ status: "failed", code: "UNCAUGHT_ERROR", answers: 500 },
  },
  {
    path: "/frames",
    dies: `fs.writeSync(3, "nonsense that is no frame"); ${never}`,
    ...{ status: "failed", code: "FRAME_INVALID", answers: 500 },
  },
  {
    path: "/cancelled",
    dies: never,
    ...{ status: "cancelled", code: "RUN_CANCELLED", answers: 500, from: "cancel" },
  },
  // Last: it takes the server with it.
  {
    path: "/orphaned",
    dies: never,
    ...{ status: "interrupted", code: "INTERRUPTED", answers: 0, from: "kill the server" },
  },
];

/** Long enough to look at a run from outside, for those that something comes over from there. */
const timeoutOf = ({ from, code }: Death) =>
  from === undefined && code === "RUN_TIMED_OUT" ? 1_500 : 60_000;

const SOURCE = `
import fs from "node:fs";
import { Builtin } from "floww";
const builtin = new Builtin();
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
${DEATHS.map(
  (death) => `
builtin.triggers.onWebhook({ path: "${death.path}", timeoutMs: ${timeoutOf(death)}, handler: async (ctx) => {
  fs.writeSync(2, "to stderr ${death.path}\\n");
  console.log("before ${death.path}");
  await pause(20);
  ${death.dies}
} });`,
).join("\n")}
`;

describe("every way in which a run dies has its code and its last words in its record", () => {
  let home: string;
  let server: TestServer;
  let project: WorkflowProject;
  let client: Client;
  let namespaceId: string;
  let basePath: string;

  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), "floww-deaths-"));
    server = await startTestServer({ home });
    project = await createProject("deaths", SOURCE);
    const { stdout } = await server.cli(["deploy", project.folder, "--yes", "--json"]);
    const [{ url }] = (JSON.parse(stdout) as { triggers: [{ url: string }] }).triggers;
    basePath = new URL(url).pathname.replace(/\/[^/]+$/, "");
    await openClient();
    namespaceId = (await client.whoAmI({})).namespaces[0]!.id;
  });
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    await project[Symbol.asyncDispose]();
    await rm(home, { recursive: true, force: true });
  });

  async function openClient(): Promise<void> {
    const token = (await readFile(join(home, "owner.token"), "utf8")).trim();
    client = createClient({ serverUrl: server.url, token });
  }

  async function newest(): Promise<{ id: string; handlerId: string; status: string }> {
    const { items } = await client.listExecutions({ params: { namespaceId }, query: { limit: 1 } });
    const executionId = items[0]?.id;
    if (executionId === undefined) return { id: "", handlerId: "", status: "" };
    return client.getExecution({ params: { namespaceId, executionId } });
  }

  async function logOf(executionId: string): Promise<string[]> {
    const params = { namespaceId, executionId };
    return (await client.listExecutionLogs({ params, query: {} })).items.map(({ text }) => text);
  }

  /** Once the run says in its record that it is under way. */
  async function running({ path }: Death): Promise<string> {
    return eventually(async () => {
      const { id } = await newest();
      return id !== "" && (await logOf(id)).includes(`before ${path}`) ? id : undefined;
    });
  }

  async function bring(death: Death, executionId: string): Promise<void> {
    if (death.from === "cancel") {
      await client.cancelExecution({ params: { namespaceId, executionId } });
      return;
    }
    server.process.kill("SIGKILL");
    await server.closed;
    server = await startTestServer({ home });
    await openClient();
  }

  test.each(DEATHS)("$path: $status, $code", async (death) => {
    const { path, status, code, answers, from } = death;
    const call = fetch(`${server.url}${basePath}${path}`, { method: "POST" }).then(
      async (answer) => ({ status: answer.status, code: (await answer.json()).error.code as string }),
      () => ({ status: 0, code }),
    );
    if (from !== undefined) await bring(death, await running(death));
    expect(await call).toEqual({ status: answers, code });
    const id = await eventually(async () => {
      const found = await newest();
      return found.status !== "started" ? found.id : undefined;
    });
    const { stdout } = await server.cli(["executions", "show", id]);
    const shown = JSON.parse((await server.cli(["executions", "show", id, "--json"])).stdout);
    expect(shown).toMatchObject({ status, error: { code } });
    expect(stdout).toContain(`\nstatus     ${status}\ncode       ${code}\n`);
    // Of a run whose process is killed with its server nobody hears the last words; what was logged before is there.
    const texts = (shown.logs as { text: string }[]).map(({ text }) => text);
    const lines = [
      `before ${path}`,
      ...(from === "kill the server" || code === "USER_ERROR" ? [] : [`to stderr ${path}`]),
    ];
    expect(texts).toEqual(expect.arrayContaining(lines));
    for (const line of lines) expect(stdout).toContain(line);
  });
});
