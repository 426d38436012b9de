import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { LockBusy, withLock } from "./install-lock.mjs";

/**
 * Makes node_modules match package-lock.json, once, whoever asks: two starters at the same time install once.
 * Answers `{}`, or `{ problem, exitCode }` when that was not possible. Writes to stderr only: stdout belongs to the
 * program that starts afterwards.
 */
export async function ensureInstalled(root) {
  if (isInstalled(root)) return {};
  try {
    // Outside node_modules, which `npm ci` deletes first.
    mkdirSync(join(root, ".floww"), { recursive: true });
    const onWait = (pid) => say(`Waiting for another installation (process ${pid ?? "unknown"}) ...`);
    return await withLock(join(root, ".floww", "install.lock"), { onWait }, () => install(root));
  } catch (error) {
    if (error instanceof LockBusy) return { problem: error.message, exitCode: 1 };
    if (!["EACCES", "EPERM", "EROFS"].includes(error.code)) throw error;
    return {
      problem: `The dependencies are missing or old, and ${error.path ?? root} cannot be written. Run \`npm ci\` in ${root} as its owner.`,
      exitCode: 1,
    };
  }
}

async function install(root) {
  if (isInstalled(root)) return {}; // the one we waited for did it
  say("Installing dependencies (npm ci) ...");
  const { exitCode, cause } = await runNpmCi(root);
  if (exitCode === 0) {
    writeFileSync(stampPath(root), `${stampFor(root)}\n`);
    return {};
  }
  return {
    problem: cause
      ? `npm could not be started (${cause}). Install npm beside Node and run this again.`
      : `npm ci failed with exit code ${exitCode}: npm's own message stands above. Check the network and the registry settings (npm config get registry), then run this again.`,
    exitCode,
  };
}

function runNpmCi(root) {
  // npm names its own script when it started us; that spares the shell `npm.cmd` needs on Windows.
  const script = process.env.npm_execpath;
  const isNpm = script !== undefined && /npm-cli\.[cm]?js$/.test(script);
  // Its warnings are about the Node that runs npm, which is not the one that runs us.
  const args = ["ci", "--include=dev", "--include=optional", "--no-audit", "--no-fund", "--loglevel=error"];
  const [command, commandArgs] = isNpm ? [process.execPath, [script, ...args]] : ["npm", args];
  return new Promise((resolve) => {
    const child = spawn(command, commandArgs, {
      cwd: root,
      stdio: ["ignore", process.stderr, process.stderr],
      shell: !isNpm && process.platform === "win32",
    });
    const stop = (signal) => child.kill(signal);
    const signals = ["SIGINT", "SIGTERM", "SIGHUP"];
    for (const signal of signals) process.on(signal, stop);
    child.once("error", (error) => resolve({ exitCode: 1, cause: error.message }));
    child.once("close", (code) => {
      for (const signal of signals) process.off(signal, stop);
      resolve({ exitCode: code ?? 1 });
    });
  });
}

function isInstalled(root) {
  try {
    return readFileSync(stampPath(root), "utf8").trim() === stampFor(root);
  } catch (error) {
    if (error.code === "ENOENT") return false;
    throw error;
  }
}

/** The platform is part of it: a folder shared by two machines holds the native packages of one. */
function stampFor(root) {
  const lock = readFileSync(join(root, "package-lock.json"));
  const hash = createHash("sha256").update(lock).digest("hex");
  return `${hash} ${process.platform}-${process.arch}`;
}

function stampPath(root) {
  return join(root, "node_modules", ".floww-installed");
}

function say(line) {
  process.stderr.write(`${line}\n`);
}
