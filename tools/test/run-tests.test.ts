import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";

const runner = pathToFileURL(join(import.meta.dirname, "run-tests.ts")).href;
const modules = join(import.meta.dirname, "../../node_modules");

/** A hook that runs out of time after it started a program, which holds the pipes that it got from the runner. */
const LEFT_BEHIND = `
import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { beforeAll, test } from "vitest";
beforeAll(async () => {
  writeFileSync("pid", String(spawn("sleep", ["600"], { stdio: "inherit" }).pid));
  await new Promise(() => undefined);
}, 200);
test("never begins", () => undefined);
`;

test("a hook that timed out and left a program running ends the run, as failed", {
  timeout: 120_000,
}, async () => {
  const folder = await mkdtemp(join(tmpdir(), "floww-runner-"));
  try {
    await writeFile(join(folder, "left.test.mjs"), LEFT_BEHIND);
    await symlink(modules, join(folder, "node_modules"));
    const code = `import { runTests } from ${JSON.stringify(runner)};
      process.exit(await runTests({ args: ["--root", ${JSON.stringify(folder)}], whenEmpty: "fail" }));`;
    const child = spawn(process.execPath, ["--input-type=module", "--eval", code], {
      cwd: folder,
      // Where parts may be missing, a test that never began counts as one that should have run.
      env: { ...process.env, FLOWW_TEST_WITHOUT: undefined },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
    child.stderr.resume();
    const [exitCode] = await once(child, "close");
    expect(exitCode).toBe(1);
    const lines = output.trim().split("\n");
    expect(lines.at(-1)).toMatch(/^0 passed, 2 failed/);
    // Who sees nothing but the end of what was printed still learns what broke.
    expect(lines.slice(-3, -1)).toEqual([
      "failed: left.test.mjs, outside its tests: Hook timed out in 200ms.",
      "failed: something that a test started was left running",
    ]);
  } finally {
    const pid = await readFile(join(folder, "pid"), "utf8").catch(() => undefined);
    if (pid !== undefined) process.kill(Number(pid), "SIGKILL");
    await rm(folder, { recursive: true, force: true });
  }
});
