import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import type { FlowwServer } from "../programs.ts";
import { quantile, type Row } from "../row.ts";

const SAVES = 40;
/** Nobody saves faster; meanwhile the next spare child starts. */
const PAUSE_MS = 400;
/** Between two questions, so that it is not the asking that is measured. */
const ASK_EVERY_MS = 5;
const LATE_MS = 5_000;
const root = join(import.meta.dirname, "../..");

/** `floww dev` over a real server: from the write of the file until a request to the dev address gets what it says now. */
export async function devSave(server: FlowwServer): Promise<Row> {
  const folder = await mkdtemp(join(tmpdir(), "floww-bench-dev-"));
  const save = (version: number) => writeFile(join(folder, "main.ts"), source(version));
  await mkdir(join(folder, "node_modules"));
  await symlink(join(root, "packages/floww"), join(folder, "node_modules/floww"));
  await writeFile(join(folder, "floww.yaml"), "name: bench-dev\n");
  await save(0);
  const args = ["--no-warnings", join(root, "apps/cli/main.ts"), "dev", "--yes"];
  const dev = spawn(process.execPath, args, {
    cwd: folder,
    env: { ...server.env, FLOWW_SERVER: server.url },
    stdio: ["ignore", "pipe", "inherit"],
  });
  try {
    const url = await readUrl(dev.stdout);
    await answers(url, 0);
    const times: number[] = [];
    for (let version = 1; version <= SAVES; version++) {
      await delay(PAUSE_MS);
      const startedAt = performance.now();
      await save(version);
      await answers(url, version);
      times.push(performance.now() - startedAt);
    }
    return rowOf(times);
  } finally {
    const closed = once(dev, "close");
    dev.kill("SIGINT");
    await closed;
    await rm(folder, { recursive: true, force: true });
  }
}

function rowOf(times: readonly number[]): Row {
  const [p50, p95] = [quantile(times, 0.5), quantile(times, 0.95)];
  return {
    what: "save in `floww dev` to new code answering",
    reach: "p95 <= 100 ms",
    figure: `p50 ${p50.toFixed(0)} ms, p95 ${p95.toFixed(0)} ms (${times.length} saves)`,
    isReached: p95 <= 100,
  };
}

function source(version: number): string {
  return `import { Builtin } from "floww";
new Builtin().triggers.onWebhook({ path: "/version", method: "GET", handler: () => ({ version: ${version} }) });
`;
}

async function readUrl(output: NodeJS.ReadableStream): Promise<string> {
  const lines = createInterface({ input: output });
  const url = await new Promise<string>((resolve, reject) => {
    lines.on("line", (line) => {
      const found = /https?:\/\/\S+\/version/.exec(line)?.[0];
      if (found !== undefined) resolve(found);
    });
    lines.once("close", () => reject(new TypeError("`floww dev` ended before it was ready.")));
  });
  return url;
}

/** Asks again and again until the answer is this version's. */
async function answers(url: string, version: number): Promise<void> {
  const until = performance.now() + LATE_MS;
  while (performance.now() < until) {
    const response = await fetch(url);
    const body = (await response.json()) as { version?: number };
    if (body.version === version) return;
    await delay(ASK_EVERY_MS);
  }
  throw new RangeError(`Version ${version} did not answer within ${LATE_MS} ms.`);
}
