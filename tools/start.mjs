// npm start: plain JavaScript for Node 20 and newer. Installs what is missing, goes on under Node 24, starts the server,
// deploys the example to a fresh home, and says what to do next.
import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { buildDashboard } from "./start/build-dashboard.mjs";
import { buildExecutor } from "./start/build-executor.mjs";
import { ensureInstalled } from "./start/ensure-installed.mjs";
import { findNode24 } from "./start/find-node24.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));

const problem = await start();
if (problem) {
  process.stderr.write(`${problem}\n`);
  process.exitCode = 1;
}

async function start() {
  const installed = await ensureInstalled(root);
  if (installed.problem) return installed.problem;
  const node = findNode24(root);
  if (node.problem) return node.problem;
  await Promise.all([buildExecutor(root), buildDashboard(root)]);
  const server = spawn(node.path, ["--no-warnings", join(root, "apps", "server", "main.ts")], {
    stdio: ["ignore", "pipe", "inherit"],
    // A process group of its own: Ctrl-C reaches this process, which passes it on once.
    detached: true,
  });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => server.kill(signal));
  server.once("close", (code) => {
    process.exitCode = code ?? 1;
  });
  for await (const line of createInterface({ input: server.stdout })) {
    const ready = readReady(line);
    if (ready === undefined) process.stdout.write(`${line}\n`);
    else await greet(node.path, ready);
  }
  return undefined;
}

function readReady(line) {
  if (!line.startsWith('{"ready":true')) return undefined;
  return JSON.parse(line);
}

async function greet(node, { url, home, isolation, isFresh, namespaceId, setupUrl }) {
  const server = { home, namespaceId };
  const example = isFresh ? await deployExample(node, server) : await findExample(node, server);
  const say = (line = "") => process.stdout.write(`${line}\n`);
  say();
  say(`Floww is ready: ${url}`);
  say(`  state      ${home}`);
  say(
    `  isolation  ${isolation === "bubblewrap" ? "bubblewrap" : "Node's permission model: a seat belt, not a wall (install bubblewrap for one)"}`,
  );
  say(`  sign in    the CLI on this machine is signed in by ${join(home, "owner.token")}`);
  if (setupUrl !== undefined) say(`  browser    make the first account, once: ${setupUrl}`);
  if (example !== undefined) {
    say();
    say("The example examples/hello is live. Try it:");
    say();
    say(`  curl -d '{"name":"Ada"}' -H 'content-type: application/json' ${example}`);
  }
  say();
  say("Ctrl-C stops everything.");
}

/** Through the same command that a user has. A failure is said, and the server stays up. */
async function deployExample(node, server) {
  const args = ["deploy", join(root, "examples", "hello"), "--yes", "--json"];
  const output = await runCli(node, server, args, "inherit");
  if (output !== undefined) return JSON.parse(output).triggers[0].url;
  process.stdout.write(
    "The example examples/hello could not be deployed; the next `npm start` tries again.\n",
  );
  return undefined;
}

/** Where the example of an earlier start answers; undefined when it was deleted, which stays so. */
async function findExample(node, server) {
  const output = await runCli(node, server, ["list", "triggers", "--workflow", "hello", "--json"], "ignore");
  if (output === undefined) return undefined;
  const triggers = JSON.parse(output);
  return (triggers.items ?? triggers).find((trigger) => trigger.url?.endsWith("/hello"))?.url;
}

/** What the command printed; undefined when it failed. */
async function runCli(node, { home, namespaceId }, args, stderr) {
  // As its owner at the address where it listens: the public one may not lead here yet, and what this person has signed in
  // to or set otherwise is of other servers.
  const { url } = JSON.parse(await readFile(join(home, "server.json"), "utf8"));
  const token = (await readFile(join(home, "owner.token"), "utf8")).trim();
  const access = { FLOWW_HOME: home, FLOWW_SERVER: url, FLOWW_TOKEN: token, FLOWW_NAMESPACE: namespaceId };
  return new Promise((resolve) => {
    const cli = join(root, "apps", "cli", "main.ts");
    const child = spawn(node, ["--no-warnings", cli, ...args], {
      stdio: ["ignore", "pipe", stderr],
      env: { ...process.env, ...access },
    });
    let output = "";
    child.stdout.on("data", (text) => {
      output += text;
    });
    child.once("close", (code) => resolve(code === 0 ? output : undefined));
  });
}
