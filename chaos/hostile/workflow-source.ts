import { type Behaviour, DEADLINE_MS } from "./behaviour.ts";

/** A harmless run beside each hostile one, and one that ends its process whatever became of it. */
export const AGAIN = "again";
export const END = "end";

const TOOLS = `
import { Builtin, KVStore } from "floww";
const builtin = new Builtin();
const table = new KVStore().getTable("hostile");
const builtinModule = process.getBuiltinModule;
const fs = builtinModule("node:fs");
const child = builtinModule("node:child_process");
const workers = builtinModule("node:worker_threads");
const net = builtinModule("node:net");
const { setTimeout: later } = globalThis;
const killSelf = process.kill.bind(process, process.pid, "SIGKILL");
const pause = (ms) => new Promise((resolve) => later(resolve, ms));

function spawnNode(source, options = {}) {
  return child.spawn(process.execPath, ["-e", source], { stdio: "ignore", ...options }).on("error", () => undefined);
}

function frame(kind, header, body = "", run = 1) {
  const bytes = Buffer.alloc(13 + Buffer.byteLength(header) + Buffer.byteLength(body));
  bytes.writeUInt32BE(bytes.length - 4, 0);
  bytes.writeUInt8(kind, 4);
  bytes.writeUInt32BE(run, 5);
  bytes.writeUInt32BE(Buffer.byteLength(header), 9);
  bytes.write(header + body, 13);
  return bytes;
}

async function write(bytes, descriptor = 3) {
  for (let rest = bytes; rest.byteLength > 0; ) {
    try {
      rest = rest.subarray(fs.writeSync(descriptor, rest));
    } catch (error) {
      if (error.code !== "EAGAIN") throw error;
      await pause(1);
    }
  }
}

const tools = { fs, child, workers, net, spawnNode, pause, frame, write, table };
const on = (name, timeoutMs, run) =>
  builtin.triggers.onWebhook({ id: name, path: "/" + name, timeoutMs, handler: (ctx) => run({ ...tools, ctx }) });
`;

/** One workflow with a webhook for each of them. */
export function hostileSource(behaviours: readonly Behaviour[]): string {
  return [
    TOOLS,
    `on("${AGAIN}", ${DEADLINE_MS}, () => "again");`,
    `on("${END}", ${DEADLINE_MS}, () => killSelf());`,
    ...behaviours.map(
      ({ name, timeoutMs = DEADLINE_MS, run }) => `on("${name}", ${timeoutMs}, ${run.toString()});`,
    ),
  ].join("\n");
}

/** Of somebody else on the same server. */
export const NEIGHBOUR_SOURCE = `
import { Builtin } from "floww";
new Builtin().triggers.onWebhook({ path: "/neighbour", handler: () => "neighbour" });
`;
