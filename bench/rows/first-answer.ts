import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import type { FlowwServer } from "../programs.ts";
import { median, type Row } from "../row.ts";

const RUNS = 15;
/** For a spare to boot, and for the server to see that a process has ended and to set the next sandbox up, which is empty. */
const SETTLE_MS = 600;
const BODY = JSON.stringify({ name: "Ada" });

/** The first answer of a deployment: with no process at all, and with a spare one waiting. */
export async function firstAnswer(server: FlowwServer, workflow: string): Promise<Row[]> {
  const deploy = async () => {
    const deployed = JSON.parse(await server.cli(["deploy", workflow, "--yes", "--json"]));
    return (deployed as { triggers: { url: string }[] }).triggers[0]!.url;
  };
  const file = join(server.home, "first-answer.mjs");
  // As the command line bundles it.
  await build({
    entryPoints: [join(workflow, "main.ts")],
    outfile: file,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node24",
    keepNames: true,
  });
  const url = await deploy();
  const times = { cold: [] as number[], node: [] as number[], spare: [] as number[], warm: [] as number[] };
  await answer(url);
  for (let run = 0; run < RUNS; run++) {
    await killExecutors(server);
    await delay(SETTLE_MS);
    times.node.push(await importByNode(file));
    times.cold.push(await answer(url));
    await delay(SETTLE_MS);
    times.warm.push(await answer(url));
  }
  for (let run = 0; run < RUNS / 3; run++) {
    await deploy();
    await delay(SETTLE_MS);
    times.spare.push(await answer(url));
  }
  return rowsOf(times);
}

function rowsOf(times: Record<"cold" | "node" | "spare" | "warm", number[]>): Row[] {
  const [cold, node] = [median(times.cold), median(times.node)];
  const [spare, warm] = [median(times.spare), median(times.warm)];
  const ratio = median(times.cold.map((ms, run) => ms / times.node[run]!));
  return [
    {
      what: "first answer after deploy, no process",
      reach: "<= 1.5 x node importing the bundle",
      figure: `${ratio.toFixed(2)} x (${cold.toFixed(0)} ms; node ${node.toFixed(0)} ms)`,
      isReached: ratio <= 1.5,
    },
    {
      what: "first answer after deploy, a spare waits",
      reach: "<= 10 ms more than warm",
      figure: `${(spare - warm).toFixed(1)} ms more (${spare.toFixed(1)} ms; warm ${warm.toFixed(1)} ms)`,
      isReached: spare - warm <= 10,
    },
  ];
}

async function answer(url: string): Promise<number> {
  const startedAt = performance.now();
  const headers = { "content-type": "application/json" };
  const response = await fetch(url, { method: "POST", headers, body: BODY });
  await response.arrayBuffer();
  if (response.status !== 200) throw new RangeError(`The webhook answered ${response.status}.`);
  return performance.now() - startedAt;
}

/** From its start until it has imported the bundle and says so. */
async function importByNode(file: string): Promise<number> {
  const code = `await import(${JSON.stringify(pathToFileURL(file).href)}); process.stdout.write("imported");`;
  const startedAt = performance.now();
  const child = spawn(process.execPath, ["--input-type=module", "--eval", code], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const closed = once(child, "close");
  await once(child.stdout, "data");
  const ms = performance.now() - startedAt;
  await closed;
  return ms;
}

/** Ends the processes that run or await user code, the server's own children. */
async function killExecutors(server: FlowwServer): Promise<void> {
  for (const pid of await readdir("/proc")) {
    const status = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
    const parent = status.slice(status.lastIndexOf(")") + 2).split(" ")[1];
    if (parent !== String(server.process.pid)) continue;
    const command = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
    if (command.includes("executor.cjs")) process.kill(Number(pid), "SIGKILL");
  }
}
