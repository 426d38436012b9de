import { spawn } from "node:child_process";
import { delimiter, dirname } from "node:path";

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"];

/** Runs `node script ...args` in our place: its streams, its signals, its end. Answers `{}` or `{ problem, exitCode }`. */
export function runUnder(node, script, args) {
  return new Promise((resolve) => {
    const child = spawn(node, [script, ...args], { stdio: "inherit", env: environmentFor(node) });
    const forward = (signal) => {
      // A terminal has sent Ctrl+C to the child already; a second one would mean "stop at once" to it.
      if (signal === "SIGINT" && process.stdin.isTTY) return;
      child.kill(signal);
    };
    for (const signal of SIGNALS) process.on(signal, forward);
    child.once("error", (error) => {
      resolve({ problem: `${node} could not be started: ${error.message}`, exitCode: 1 });
    });
    child.once("exit", (code, signal) => {
      for (const name of SIGNALS) process.off(name, forward);
      process.exitCode = code ?? 1;
      if (signal) process.kill(process.pid, signal);
      resolve({});
    });
  });
}

function environmentFor(node) {
  // NODE_COMPILE_CACHE: the starter's Node and the child's are two versions, and a shared cache would be written by both.
  const { NODE_COMPILE_CACHE: _, ...env } = process.env;
  const key = Object.keys(env).find((name) => name.toUpperCase() === "PATH") ?? "PATH";
  return { ...env, [key]: [dirname(node), env[key]].filter(Boolean).join(delimiter) };
}
