import { pause } from "../eventually.ts";
import { signal } from "../system/processes.ts";
import type { Fault } from "./fault.ts";

const FROZEN_MS = 2_000;

/** The whole database at once; what only lay in its memory is gone. */
export const killDatabase: Fault = {
  name: "kill database",
  isKill: true,
  strike: async ({ postgres }) => {
    await postgres.killAll();
    await postgres.ready();
  },
};

/** PostgreSQL throws out every connection and recovers from its log, by itself. */
export const killBackend: Fault = {
  name: "kill backend",
  isKill: true,
  strike: async ({ postgres }, random) => {
    const pids = await postgres.backendPids();
    if (pids.length > 0) signal(random.pick(pids), "SIGKILL");
    await postgres.ready();
  },
};

/** As an administrator does, or a failover: each connection ends with an error. */
export const terminateBackends: Fault = {
  name: "terminate backends",
  isKill: false,
  strike: async ({ postgres }) => {
    await postgres.query(
      "select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and backend_type = 'client backend'",
    );
  },
};

export const freezeDatabase: Fault = {
  name: "freeze database",
  isKill: false,
  strike: async ({ postgres }) => {
    const pids = await postgres.backendPids();
    for (const pid of pids) signal(pid, "SIGSTOP");
    await pause(FROZEN_MS);
    for (const pid of pids) signal(pid, "SIGCONT");
  },
};

/** The connections of one server lead nowhere from now on, and nothing tells it so. */
export const halfOpen: Fault = {
  name: "half-open database",
  isKill: false,
  strike: async ({ proxies }, random) => random.pick(proxies).goHalfOpen(),
};
