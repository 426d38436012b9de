import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Client, createClient } from "@floww/contract/api";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { eventually } from "./eventually.ts";
import type { HomeDatabase } from "./home-database.ts";
import { startTestServer, type TestServer } from "./test-server.ts";
import { createProject } from "./workflow-project.ts";

const SOURCE = `
import { Builtin, FatalError, KVStore } from "floww";
const builtin = new Builtin();
const counts = new KVStore().getTable<number>("counts");
const count = (key: string) => counts.increment(key);

builtin.triggers.onManual<{ id: string }>({
  name: "sleeps",
  handler: async (ctx, { input_data: { id } }) => {
    const starts = await count("starts " + id);
    const first = await ctx.step("first", async () => ({ at: new Date(0), count: await count("first " + id), set: new Set([1n]) }));
    await ctx.sleep("a while", "3s");
    const second = await ctx.step("second", () => count("second " + id));
    return { starts, isDate: first.at instanceof Date, set: [...first.set].map(String), first: first.count, second };
  },
});
builtin.triggers.onManual({
  name: "says",
  handler: async (ctx) => {
    console.log("begins");
    await ctx.step("one", () => console.log("in the step"));
    await ctx.sleep("3s");
    console.log("after the sleep");
  },
});
builtin.triggers.onManual<{ id: string; fails: number }>({
  name: "retried",
  retries: { limit: 3, minDelay: 10, maxDelay: 10 },
  handler: async (ctx, { input_data: { id, fails } }) => {
    const done = await ctx.step("once", () => count("once " + id));
    const tried = await ctx.step("flaky", async () => {
      const tries = await count("flaky " + id);
      if (tries <= fails) throw new Error("try " + tries);
      return tries;
    });
    return { attempt: ctx.attempt, done, tried };
  },
  onFailure: async (ctx, failure) => {
    await counts.set("failure " + failure.event.input_data.id, failure.attempts);
  },
});
builtin.triggers.onManual<{ id: string }>({
  name: "step-retries",
  handler: async (ctx, { input_data: { id } }) =>
    ctx.step("flaky", async ({ attempt, idempotencyKey }) => {
      await count("own " + id);
      if (attempt < 3) throw new Error("again");
      return { attempt, idempotencyKey };
    }, { retries: { limit: 2, minDelay: 1_200, factor: 1 } }),
});
builtin.triggers.onManual<{ id: string }>({
  name: "undone",
  handler: async (ctx, { input_data: { id } }) => {
    for (const name of ["a", "b"])
      await ctx.step(name, () => name + id, { rollback: async (value) => void (await counts.set("undone " + value, await count("undo order " + id))) });
    throw new FatalError("no further");
  },
  retries: 5,
});
builtin.triggers.onManual<{ id: string }>({
  name: "waits",
  handler: async (ctx, { input_data: { id } }) => {
    const paid = await ctx.waitFor<{ order: { id: string }; sum: number }>("paid", { event: "order.paid", match: { "order.id": id }, timeout: "1h" });
    return { sum: paid.sum };
  },
});
builtin.triggers.onManual<{ id: string }>({
  name: "in-vain",
  handler: async (ctx, { input_data: { id } }) => {
    try {
      await ctx.waitFor("never", { event: "never", timeout: "300ms" });
    } catch (error) {
      return { code: (error as { code: string }).code };
    }
  },
});
builtin.triggers.onManual<{ id: string }>({
  name: "parent",
  handler: async (ctx, { input_data: { id } }) => {
    const child = await ctx.invoke<{ doubled: number }>("child", { number: 21 });
    const { id: other } = await ctx.invoke("child", { number: 1 }, { detached: true, name: "other" });
    const sums = await ctx.map("double", [1, 2, 3], (item) => item * 2, { concurrency: 2 });
    const failed = await ctx.invoke("child", { number: -1 }, { name: "failing" }).catch((error) => error.code);
    return { child, other: other.slice(0, 4), sums, failed };
  },
});
builtin.triggers.onManual<{ number: number }>({
  name: "child",
  handler: async (ctx, { input_data: { number } }) => {
    if (number < 0) throw new Error("negative");
    return { doubled: number * 2 };
  },
});
builtin.triggers.onManual<{ id: string }>({
  name: "changes",
  handler: async (ctx, { input_data: { id } }) => {
    const starts = await count("changes " + id);
    await ctx.step(starts === 1 ? "old" : "new", () => 1);
    await ctx.waitFor("go on", { event: "changed", timeout: "1h" });
  },
});
const links = new KVStore().getTable<string>("links");
builtin.triggers.onManual<{ id: string }>({
  name: "calls-back",
  handler: async (ctx, { input_data: { id } }) =>
    ctx.waitFor("back", { callback: (url) => links.set(id, url) }),
});
builtin.triggers.onManual<{ id: string }>({
  name: "asks",
  handler: async (ctx, { input_data: { id } }) => {
    const given = await ctx.waitFor("go", { approval: { title: "Ship <b>it</b>?", notify: ({ url }) => links.set(id, url) }, timeout: "1d" });
    return { approved: given.approved, by: given.by, comment: given.comment, isDate: given.at instanceof Date };
  },
});
builtin.triggers.onWebhook({
  path: "/slow",
  handler: async (ctx) => {
    await ctx.sleep("3s");
    return "late";
  },
});
builtin.triggers.onWebhook({
  path: "/again",
  retries: { limit: 2, minDelay: 10 },
  handler: async (ctx) => {
    if (ctx.attempt < 3) throw new Error("not yet");
    return { attempt: ctx.attempt };
  },
});
`;

describe("durable steps", () => {
  let server: TestServer;
  let database: HomeDatabase;
  let client: Client;
  let workflowId: string;
  let namespaceId: string;
  let base: string;
  const opened = new AsyncDisposableStack();

  beforeAll(async () => {
    server = opened.use(await startTestServer());
    database = opened.use(await server.openDatabase());
    const project = opened.use(await createProject("steps", SOURCE));
    const { stdout } = await server.cli(["deploy", project.folder, "--yes", "--json"]);
    const { triggers } = JSON.parse(stdout) as { triggers: { url?: string }[] };
    base = triggers.find(({ url }) => url?.endsWith("/slow"))!.url!.slice(0, -5);
    const token = (await readFile(join(server.home, "owner.token"), "utf8")).trim();
    client = createClient({ serverUrl: server.url, token });
    namespaceId = (await client.whoAmI({})).namespaces[0]!.id;
    workflowId = (await client.listWorkflows({ params: { namespaceId }, query: {} })).items[0]!.id;
  }, 60_000);
  afterAll(() => opened.disposeAsync());

  async function start(name: string, input: object): Promise<string> {
    const params = { namespaceId, workflowId, name };
    return (await client.runManualTrigger({ params, body: { input } as never })).executionId;
  }

  async function statusOf(executionId: string) {
    return client.getExecution({ params: { namespaceId, executionId } });
  }

  function ended(executionId: string) {
    return eventually(async () => {
      const execution = await statusOf(executionId);
      return ["received", "waiting", "started"].includes(execution.status) ? undefined : execution;
    });
  }

  async function run(name: string, input: object): Promise<unknown> {
    const execution = await ended(await start(name, input));
    expect([execution.status, execution.error]).toEqual(["completed", undefined]);
    return (execution.output as { value?: unknown } | undefined)?.value;
  }

  async function countOf(key: string): Promise<unknown> {
    const rows = await database.query(
      `select convert_from(value, 'utf8') as value from kv_items where key = '${key}'`,
    );
    return rows[0]?.value === undefined ? undefined : JSON.parse(String(rows[0].value));
  }

  test("a sleep ends the start, and the next one goes on with what the steps gave, as it was", async () => {
    const id = await start("sleeps", { id: "s" });
    await eventually(async () => ((await statusOf(id)).status === "waiting" ? true : undefined));
    const execution = await ended(id);
    expect(execution).toMatchObject({
      status: "completed",
      attempt: 1,
      output: { value: { starts: 2, isDate: true, set: ["1"], first: 1, second: 1 } },
    });
  });

  test("each start adds to the log of its attempt, and takes nothing from it", async () => {
    const { id: executionId } = await ended(await start("says", {}));
    const { items } = await client.listExecutionLogs({ params: { namespaceId, executionId }, query: {} });
    expect(items.map(({ text }) => text)).toEqual(["begins", "in the step", "begins", "after the sleep"]);
  });

  test("another attempt does again what failed, and only that", async () => {
    expect(await run("retried", { id: "r", fails: 2 })).toEqual({ attempt: 3, done: 1, tried: 3 });
  });

  test("the last attempt's failure is a dead letter, and `onFailure` is told once", async () => {
    const execution = await ended(await start("retried", { id: "f", fails: 9 }));
    expect(execution).toMatchObject({ status: "failed", attempt: 4 });
    expect(await eventually(() => countOf("failure f") as Promise<number | undefined>)).toBe(4);
    const [row] = await database.query("select count(*)::integer as dead from executions where is_dead");
    expect(row).toEqual({ dead: 1 });
  });

  test("a step's own retries go on where they were, whatever the pause", async () => {
    const given = (await run("step-retries", { id: "o" })) as { attempt: number; idempotencyKey: string };
    expect(given.attempt).toBe(3);
    expect(given.idempotencyKey).toMatch(/^exe_.+:flaky$/);
    expect(await countOf("own o")).toBe(3);
  });

  test("what was done is undone in reverse when the run fails for good", async () => {
    const execution = await ended(await start("undone", { id: "u" }));
    expect(execution).toMatchObject({ status: "failed", attempt: 1 });
    expect([await countOf("undone bu"), await countOf("undone au")]).toEqual([1, 2]);
  });

  test("an event wakes the run whose match it has, also one sent before it asked", async () => {
    const [early, late] = [await start("waits", { id: "w1" }), await start("waits", { id: "w2" })];
    for (const [order, sum] of [
      ["w1", 1],
      ["w2", 2],
    ] as const)
      await client.sendEvent({
        params: { namespaceId },
        body: { name: "order.paid", data: { order: { id: order }, sum } },
      });
    expect((await ended(early)).output).toMatchObject({ value: { sum: 1 } });
    expect((await ended(late)).output).toMatchObject({ value: { sum: 2 } });
  });

  test("a wait that is in vain says so", async () => {
    expect(await run("in-vain", { id: "v" })).toEqual({ code: "WAIT_TIMED_OUT" });
  });

  test("a run invokes others, waits for what they return, and maps over items", async () => {
    expect(await run("parent", { id: "p" })).toEqual({
      child: { doubled: 42 },
      other: "exe_",
      sums: [2, 4, 6],
      failed: "CHILD_FAILED",
    });
  });

  async function linkOf(key: string): Promise<string> {
    return String(await eventually(() => countOf(key)));
  }

  test("a callback address ends its wait with what is sent there, once", async () => {
    const id = await start("calls-back", { id: "callback" });
    const url = await linkOf("callback");
    const broken = await fetch(url, {
      method: "POST",
      body: "{",
      headers: { "content-type": "application/json" },
    });
    expect(broken.status).toBe(400);
    const post = () =>
      fetch(url, { method: "POST", body: '{"done":1}', headers: { "content-type": "application/json" } });
    expect((await post()).status).toBe(202);
    expect((await post()).status).toBe(404);
    expect((await ended(id)).output).toMatchObject({ value: { done: 1 } });
    const forged = url.slice(0, -2) + (url.endsWith("AA") ? "BB" : "AA");
    expect((await fetch(forged, { method: "POST" })).status).toBe(404);
  });

  test("an approval's page shows what is asked and decides only by its buttons", async () => {
    const id = await start("asks", { id: "page" });
    const url = await linkOf("page");
    const page = await (await fetch(url)).text();
    expect(page).toContain("Ship &lt;b&gt;it&lt;/b&gt;?");
    // Its link is known a moment before the run has put itself to wait.
    await eventually(async () => ((await statusOf(id)).status === "waiting" ? true : undefined));
    const form = new URLSearchParams({
      approval: new URL(url).searchParams.get("token") ?? "",
      decision: "approve",
      comment: "ok",
    });
    const foreign = await fetch(`${server.url}/approvals`, {
      method: "POST",
      body: form,
      headers: { origin: "https://evil.example" },
    });
    expect(foreign.status).toBe(403);
    const decided = await fetch(`${server.url}/approvals`, {
      method: "POST",
      body: form,
      headers: { origin: server.url },
    });
    expect(decided.status).toBe(200);
    expect((await ended(id)).output).toMatchObject({
      value: { approved: true, comment: "ok", isDate: true },
    });
  });

  test("an approval can be declined over the API, which says who did", async () => {
    const id = await start("asks", { id: "api" });
    const wait = await eventually(async () => {
      const { items } = await client.listWaits({ params: { namespaceId }, query: { kind: "approval" } });
      return items.find(({ executionId }) => executionId === id);
    });
    expect(wait.name).toBe("Ship <b>it</b>?");
    await client.answerApproval({ params: { namespaceId, waitId: wait.id }, body: { approved: false } });
    expect((await ended(id)).output).toMatchObject({
      value: { approved: false, by: "owner of this machine" },
    });
  });

  test("the command line lists and answers approvals, sends events and shows steps", async () => {
    const id = await start("asks", { id: "cli" });
    await linkOf("cli");
    const listed = JSON.parse((await server.cli(["approvals", "list", "--json"])).stdout) as {
      id: string;
      executionId: string;
    }[];
    const asked = listed.find(({ executionId }) => executionId === id)!;
    const approved = await server.cli(["approvals", "approve", asked.id, "--comment", "fine"]);
    expect(approved.stdout).toBe("Approved; the run goes on.\n");
    expect((await ended(id)).output).toMatchObject({ value: { approved: true, comment: "fine" } });
    const shown = (await server.cli(["executions", "show", id])).stdout;
    expect(shown).toMatch(/steps\n {2}completed {2}approval {2}go\n {2}completed {2}step {6}go told/);
    const waits = await start("waits", { id: "cli" });
    await server.cli(["events", "send", "order.paid", "--data", '{"order":{"id":"cli"},"sum":3}']);
    expect((await ended(waits)).output).toMatchObject({ value: { sum: 3 } });
  });

  test("a replay from a step keeps what came before it, and names the steps that there are", async () => {
    const id = await start("retried", { id: "restart", fails: 9 });
    await ended(id);
    const params = { namespaceId, executionId: id };
    await expect(client.replayExecution({ params, body: { fromStep: "none" } })).rejects.toMatchObject({
      code: "NOT_FOUND",
      fix: 'It has: "once", "flaky".',
    });
    const { stdout } = await server.cli(["replay", id, "--from-step", "flaky", "--json"]);
    const again = await ended((JSON.parse(stdout) as { executionId: string }).executionId);
    expect(again).toMatchObject({ status: "failed", replayOf: id });
    expect([await countOf("once restart"), await countOf("flaky restart")]).toEqual([1, 8]);
  });

  test("a step that is another one now is named with its line", async () => {
    const id = await start("changes", { id: "c" });
    await eventually(async () => ((await statusOf(id)).status === "waiting" ? true : undefined));
    await client.sendEvent({ params: { namespaceId }, body: { name: "changed" } });
    const execution = await ended(id);
    expect(execution.error).toMatchObject({ code: "STEP_ORDER_CHANGED" });
    expect(execution.error?.message).toMatch(/the step "new" as its number 1 at main\.ts:\d+.*"old"/);
  });

  test("a caller whose run goes to wait gets 202, and one whose run is tried again waits for its end", async () => {
    const slow = await fetch(`${base}/slow`, { method: "POST" });
    expect(slow.status).toBe(202);
    const { executionId } = (await slow.json()) as { executionId: string };
    expect(await ended(executionId)).toMatchObject({ status: "completed", output: { value: "late" } });
    const again = await fetch(`${base}/again`, { method: "POST" });
    expect([again.status, await again.json()]).toEqual([200, { attempt: 3 }]);
  });
});
