import { setTimeout as delay } from "node:timers/promises";
import { FlowwError } from "@floww/contract/errors";
import { type Command, jsonOption } from "../command.ts";
import { reachServer } from "../reach-server.ts";
import { findLocalServer, isRunning, type LocalServer } from "../settings/local-server.ts";

/** Runs under way may end (10 s), connections too (10 s); then PostgreSQL writes what it holds. */
const STOP_MS_MAX = 60_000;
const POLL_MS = 20;
const ASK_MS_MAX = 5_000;

export const serverStop: Command = {
  usage: "server stop",
  summary: "Stop the server of this FLOWW_HOME, and wait until it has ended.",
  example: "floww server stop",
  options: [jsonOption],
  run: async ({ options, environment, terminal }) => {
    const server = await findLocalServer(environment.home);
    if (server === undefined || !isRunning(server.pid)) {
      throw new FlowwError("SERVER_NOT_RUNNING", `No server is running on ${environment.home}.`, {
        fix: "Nothing to stop. FLOWW_HOME names another home.",
      });
    }
    await assertIsServer(server);
    const startedAt = Date.now();
    process.kill(server.pid, "SIGTERM");
    while (isRunning(server.pid)) {
      if (Date.now() - startedAt > STOP_MS_MAX) {
        throw new FlowwError(
          "SERVER_STOP_FAILED",
          `Process ${server.pid} has not ended after ${STOP_MS_MAX / 1000} s.`,
        );
      }
      await delay(POLL_MS);
    }
    const stopMs = Date.now() - startedAt;
    if (options.json === true) return terminal.json({ url: server.url, pid: server.pid, stopMs });
    terminal.print(`Stopped the server at ${server.url}.`);
  },
};

/** After a crash the process id may belong to anyone: only a process that answers as the server is ended. */
async function assertIsServer({ url, pid }: LocalServer): Promise<void> {
  try {
    await reachServer(url)(`${url}/ready`, { signal: AbortSignal.timeout(ASK_MS_MAX) });
  } catch (cause) {
    throw new FlowwError(
      "SERVER_STOP_FAILED",
      `No server answers at ${url}, so process ${pid} was left alone.`,
      {
        cause,
        fix: `If process ${pid} is a Floww server that hangs, end it with \`kill ${pid}\`.`,
      },
    );
  }
}
