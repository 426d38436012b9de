import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { build } from "esbuild";
import { afterAll, beforeAll, expect, test } from "vitest";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "floww-slack-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** Bundles a workflow as the command line does: one ES module, with a `require` for packages written for CommonJS. */
async function bundle(contents: string) {
  const { outputFiles, metafile } = await build({
    // JavaScript: TypeScript would leave out what is imported and not used before the bundler sees it.
    stdin: { contents, loader: "js", resolveDir: import.meta.dirname },
    bundle: true,
    write: false,
    metafile: true,
    platform: "node",
    format: "esm",
    target: "node24",
    keepNames: true,
    logLevel: "silent",
    banner: {
      js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);',
    },
  });
  const [output] = Object.values(metafile.outputs);
  const held = Object.entries(output!.inputs).filter(([, { bytesInOutput }]) => bytesInOutput > 0);
  return { code: outputFiles[0]!.text, held: held.map(([path]) => path) };
}

const USES_SLACK = `
  import { Slack } from "@floww/providers/slack";
  const slack = new Slack();
  slack.triggers.onMessage({
    handler: (ctx, event) => slack.actions.sendMessage({ channelId: event.body.event.channel, text: "hi" }),
  });`;

/** Stands for the executor: lends a host, imports the bundle, runs its trigger once. */
const RUNS_IT = `
  const abi = (globalThis[Symbol.for("floww.abi.1")] = { abi: 1, registrations: [], providers: [], secrets: [] });
  const calls = [];
  abi.host = { phase: "run", current: () => undefined, call: async () => null, fetch: async (connection, request) => {
    calls.push([connection, request.method, request.url, await request.text(), request.headers.get("authorization")]);
    return Response.json({ ok: true, ts: "1.1" });
  } };
  await import(process.argv[1]);
  const body = new TextEncoder().encode(JSON.stringify({ event: { type: "message", channel: "C1" } }));
  const head = { type: "provider", name: "message", headers: [], receivedAt: new Date(0).toISOString() };
  const answer = await abi.registrations[0].run({ executionId: "e", log() {} }, { head, body });
  console.log(JSON.stringify({ calls, answer }));`;

test("a bundle with Slack's client in it runs as one ES module", async () => {
  const { code, held } = await bundle(USES_SLACK);
  expect(held.some((path) => path.includes("@slack/web-api"))).toBe(true);
  expect(held.filter((path) => /zod|slack\/server/.test(path))).toEqual([]);
  const file = join(folder, "main.mjs");
  await writeFile(file, code);
  const args = ["--input-type=module", "--eval", RUNS_IT, pathToFileURL(file).href];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: folder, env: {} });
  expect(JSON.parse(stdout)).toEqual({
    calls: [
      [
        { type: "slack", alias: "default" },
        "POST",
        "https://slack.com/api/chat.postMessage",
        "channel=C1&text=hi",
        null,
      ],
    ],
    answer: { ok: true, ts: "1.1", response_metadata: {} },
  });
});

test("a bundle that does not use Slack holds none of it, although it imports it", async () => {
  const { held } = await bundle(`
    import { Slack } from "@floww/providers/slack";
    import { Builtin } from "@floww/sdk";
    new Builtin().triggers.onManual({ name: "go", handler: () => "went" });`);
  expect(held.some((path) => path.includes("packages/sdk"))).toBe(true);
  expect(held.filter((path) => /slack/.test(path))).toEqual([]);
});
