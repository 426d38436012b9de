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
const LATE_MS = 30_000;
const root = join(import.meta.dirname, "../..");

/**
 * `floww dev` over a real server: from the write of the file until a request to the dev address has got what it says now.
 * The request is made when `floww dev` says that it is ready: to ask all the time would run the old code meanwhile, event after
 * event on the same cores, and measure that.
 */
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
    const output = new Output(dev.stdout);
    const url = await output.next(/https?:\/\/\S+\/version/);
    await output.next(READY);
    await assertAnswers(url, 0);
    const times: number[] = [];
    for (let version = 1; version <= SAVES; version++) {
      await delay(PAUSE_MS);
      const startedAt = performance.now();
      const ready = output.next(READY);
      await save(version);
      await ready;
      await assertAnswers(url, version);
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

const READY = /ready in \d+ ms/;

/** What `floww dev` says, line by line. */
class Output {
  readonly #lines: AsyncIterator<string>;

  constructor(output: NodeJS.ReadableStream) {
    this.#lines = createInterface({ input: output })[Symbol.asyncIterator]();
  }

  /** The next that is said in these words. @throws RangeError when it takes too long */
  async next(words: RegExp): Promise<string> {
    const late = AbortSignal.timeout(LATE_MS);
    for (;;) {
      const line = await Promise.race([this.#lines.next(), once(late, "abort").then(() => undefined)]);
      if (line === undefined)
        throw new RangeError(`\`floww dev\` did not say ${words} within ${LATE_MS} ms.`);
      if (line.done === true) throw new TypeError("`floww dev` ended.");
      const found = words.exec(line.value)?.[0];
      if (found !== undefined) return found;
    }
  }
}

async function assertAnswers(url: string, version: number): Promise<void> {
  const response = await fetch(url);
  const body = (await response.json()) as { version?: number };
  if (body.version !== version)
    throw new RangeError(`After version ${version} was said to be ready, ${body.version} answered.`);
}
