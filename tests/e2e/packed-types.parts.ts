import { execFile } from "node:child_process";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const run = promisify(execFile);
const root = fileURLToPath(new URL("../..", import.meta.url));
const MINUTE = 60_000;

const compilers = { typescript59: "5.9.3", typescript60: "6.0.3", typescript70: "7.0.2" };
const resolutions = [
  ["--module", "nodenext", "--moduleResolution", "nodenext"],
  ["--module", "preserve", "--moduleResolution", "bundler"],
];

const RIGHT = `import { Builtin, type Context, GitHub, Slack, WebhookError } from "floww";
new Builtin().triggers.onWebhook<{ n: number }>({
  handler: (ctx: Context, event) => { if (event.body.n > 1) throw new WebhookError(400, "no"); return ctx.attempt; },
});
`;
const SERVICES = `
const github = new GitHub();
github.triggers.onPush({ owner: "octo", repository: "hello", handler: async (_ctx, event) => {
  const title: string = event.body.ref;
  await new Slack("team").actions.sendMessage({ channelId: "C1", text: title });
  return github.actions.createIssue({ owner: "octo", repository: "hello", title });
} });
`;
const WRONG = RIGHT.replace("event.body.n > 1", "event.body.m > 1");

describe("the packed declarations, read by the compilers that users have", () => {
  let work: string;
  beforeAll(async () => {
    work = await mkdtemp(join(tmpdir(), "floww-types-"));
    // In a folder of its own: another suite packs at the same time.
    await run(process.execPath, [join(root, "tools/pack/run.ts"), join(work, "dist")], { cwd: root });
    const tarballs = (await readdir(join(work, "dist/pack"))).filter((name) => /^floww-\d/.test(name));
    await writeFile(join(work, "package.json"), '{"type":"module"}');
    const aliased = Object.entries(compilers).map(([name, version]) => `${name}@npm:typescript@${version}`);
    const packages = [join(work, "dist/pack", tarballs[0]!), "@types/node@24.19.2", ...aliased];
    await run("npm", ["install", "--no-audit", "--no-fund", "--ignore-scripts", ...packages], { cwd: work });
    await writeFile(join(work, "right.ts"), RIGHT + SERVICES);
    await writeFile(join(work, "wrong.ts"), WRONG);
  }, 3 * MINUTE);
  afterAll(() => rm(work, { recursive: true, force: true }));

  for (const compiler of Object.keys(compilers)) {
    for (const resolution of resolutions) {
      test(`${compiler} takes what is right and refuses what is wrong with ${resolution[3]}`, {
        // GitHub's own declarations are large: half a minute with the older compilers.
        timeout: 5 * MINUTE,
      }, async () => {
        const options = ["--noEmit", "--strict", "--target", "es2022", "--types", "node", ...resolution];
        const tsc = (...args: string[]) =>
          run(process.execPath, [join(work, "node_modules", compiler, "bin/tsc"), ...options, ...args], {
            cwd: work,
          });
        await tsc("right.ts");
        await expect(tsc("--skipLibCheck", "wrong.ts")).rejects.toMatchObject({
          stdout: expect.stringContaining("'m' does not exist"),
        });
      });
    }
  }
});
