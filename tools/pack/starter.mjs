#!/usr/bin/env node
// The bin of a packed package: plain JavaScript for Node 20 and newer, which is what people have. What it starts,
// dist/main.mjs, needs Node 24: the one running, else the one that came along as an optional dependency.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const MAJOR = 24;
const main = new URL("../dist/main.mjs", import.meta.url);

if (Number(process.versions.node.split(".")[0]) >= MAJOR) await import(main.href);
else goOn(findNode());

function findNode() {
  const platform = process.platform === "win32" ? "win" : process.platform;
  const file = process.platform === "win32" ? "node.exe" : "node";
  try {
    const require = createRequire(import.meta.url);
    const manifest = require.resolve(`node-${platform}-${process.arch}/package.json`);
    const path = join(dirname(manifest), "bin", file);
    return existsSync(path) ? path : undefined;
  } catch {
    return undefined;
  }
}

function goOn(node) {
  if (node === undefined) {
    process.stderr.write(
      `error: This is Node ${process.versions.node}, and no Node ${MAJOR} came along for ${process.platform}-${process.arch}.\n` +
        `Install again with \`npm install --include=optional\`, or install Node ${MAJOR} (https://nodejs.org).\n`,
    );
    process.exitCode = 1;
    return;
  }
  const child = spawn(node, [fileURLToPath(main), ...process.argv.slice(2)], { stdio: "inherit" });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
    process.on(signal, () => {
      // A terminal has sent Ctrl-C to the child already; a second one would mean "stop at once" to it.
      if (signal !== "SIGINT" || !process.stdin.isTTY) child.kill(signal);
    });
  }
  child.once("error", (error) => {
    process.stderr.write(`error: ${node} could not be started: ${error.message}\n`);
    process.exitCode = 1;
  });
  child.once("exit", (code, signal) => {
    process.exitCode = code ?? 1;
    if (signal === null) return;
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}
