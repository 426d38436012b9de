// Plain JavaScript for Node 20 and newer: what a newcomer's machine has. Installs what is missing, then runs the named
// script under Node 24:  node tools/with-node24.mjs <script> [args...]
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { ensureInstalled } from "./start/ensure-installed.mjs";
import { findNode24 } from "./start/find-node24.mjs";
import { runUnder } from "./start/run-under.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));

const { problem, exitCode } = await start(process.argv.slice(2));
if (problem) {
  process.stderr.write(`${problem}\n`);
  process.exitCode = exitCode ?? 1;
}

async function start([script, ...args]) {
  if (!script) return { problem: "Name a script: node tools/with-node24.mjs <script> [args...]" };
  const installed = await ensureInstalled(root);
  if (installed.problem) return installed;
  const node = findNode24(root);
  if (node.problem) return node;
  return runUnder(node.path, resolve(root, script), args);
}
