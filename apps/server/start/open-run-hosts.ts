import type { Declarations } from "../domain/deployments/declarations.ts";
import type { DevSessionHub } from "../domain/dev-sessions/dev-session-hub.ts";
import { openRunHost, type RunHost } from "../domain/executions/call-host.ts";
import type { HostedRun, HostOperations } from "../domain/executions/host-operations.ts";
import { isStillStarted } from "../domain/executions/store.ts";
import { callForRun, type RunCallContext } from "../domain/providers/gateway/call-for-run.ts";
import { findRefusedProvider } from "../domain/providers/store.ts";
import type { Database } from "../platform/db/database.ts";

export interface RunHostContext extends RunCallContext {
  database: Database;
  operations: HostOperations;
  /** What versions declare, and laptops in their place. */
  declared: Declarations;
  devSessions: Pick<DevSessionHub, "declaresSecret" | "declaresProvider">;
}

export type OpenHost = (run: HostedRun, startedAtMs: number) => RunHost;

/** The server's end of what runs ask: which secrets and services are theirs, and whether they still run. */
export function createOpenHost(context: RunHostContext): OpenHost {
  const { database, vault, operations, declared, devSessions } = context;
  return ({ deploymentId, ...run }, startedAtMs) => {
    const called = new Set<string>();
    return openRunHost({
      startedAtMs,
      database,
      vault,
      run,
      operations,
      declaresSecret: async (name, credential) =>
        devSessions.declaresSecret(deploymentId, name, credential) ||
        (await declared.hasSecret(deploymentId, name, credential)),
      callVendor: (request, signal) => {
        const declaresProvider = async (type: string, alias: string) =>
          devSessions.declaresProvider(deploymentId, type, alias) ||
          (await declared.hasProvider(deploymentId, type, alias));
        const onProvider = (id: string) => void called.add(id);
        const caller = { namespaceId: run.namespaceId, deploymentId, declaresProvider, onProvider };
        return callForRun(context, caller, request, signal);
      },
      findRefused: async () => (called.size === 0 ? undefined : findRefusedProvider(database, [...called])),
      isStillOurs: () => isStillStarted(database, run),
    });
  };
}
