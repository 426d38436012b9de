import type { VendorEvent } from "@floww/providers/server";
import type { ArtifactStore } from "../../platform/blobs/artifact-store.ts";
import type { Database } from "../../platform/db/database.ts";
import type { EventTarget } from "../deliveries/receive-vendor-event.ts";
import { createRuntimeTarget } from "../deployments/runtime-target.ts";
import type { Connection } from "../providers/connection.ts";
import { findMappedProvider } from "../providers/store.ts";
import type { Vault } from "../secrets/vault.ts";
import { listProviderTriggers } from "../triggers/provider-triggers.ts";
import { laptopTarget } from "./dev-routes.ts";
import type { DevSessionHub, LiveSession } from "./dev-session-hub.ts";
import { type RunWaitingContext, runWaiting } from "./run-waiting.ts";
import type { DevSession } from "./store.ts";

export interface EventTargetContext extends RunWaitingContext {
  database: Database;
  artifacts: ArtifactStore;
  vault: Vault;
  devSessions: DevSessionHub;
  wakeQueue(): void;
}

interface ListeningTrigger {
  id: string;
  handlerId: string;
  type: string;
  input: Record<string, unknown>;
}

/** Every trigger that one verified event is for: of active versions first, then of laptops, which take nothing away from them. */
export async function listEventTargets(
  context: EventTargetContext,
  connection: Connection,
  event: VendorEvent,
): Promise<EventTarget[]> {
  const { provider, server } = connection;
  const live = (await listProviderTriggers(context.database, provider))
    .filter((trigger) => server.matches(event, trigger))
    .map((trigger): EventTarget => {
      const { namespaceId, workflowId, deploymentId } = trigger;
      return {
        ...targetOf(connection, { namespaceId, workflowId }, trigger),
        deploymentId,
        runtime: createRuntimeTarget(context, trigger),
        origin: "webhook",
        isPaused: trigger.isPaused,
        driver: context.driver,
        wakeQueue: context.wakeQueue,
      };
    });
  return [...live, ...(await listLaptopTargets(context, connection, event))];
}

async function listLaptopTargets(
  context: EventTargetContext,
  connection: Connection,
  event: VendorEvent,
): Promise<EventTarget[]> {
  const targets: EventTarget[] = [];
  for (const laptop of context.devSessions.listOf(connection.provider.namespaceId)) {
    for (const trigger of await listListening(context.database, laptop, connection.provider)) {
      if (!connection.server.matches(event, trigger)) continue;
      targets.push({
        ...targetOf(connection, laptop.session, trigger),
        deploymentId: laptop.session.id,
        runtime: laptopTarget(laptop.session),
        origin: "dev",
        isPaused: false,
        driver: laptop.driver,
        wakeQueue: () => void runWaiting(context, laptop).catch(context.report),
      });
    }
  }
  return targets;
}

function targetOf(
  { server }: Connection,
  { namespaceId, workflowId }: { namespaceId: string; workflowId: string },
  { id, handlerId, type, input }: ListeningTrigger,
) {
  return {
    trigger: { id, namespaceId, workflowId, handlerId, input },
    response: server.triggers[type]?.response ?? "ack",
  };
}

/** What a laptop's code listens for through this provider. */
async function listListening(
  database: Database,
  { session, triggers }: LiveSession,
  provider: { id: string; type: string },
): Promise<ListeningTrigger[]> {
  const rows = new Map(triggers.map((row) => [row.handlerId, row.id]));
  return (await listDeclared(database, session, provider)).flatMap((declared) => {
    const id = rows.get(declared.handlerId);
    return id === undefined ? [] : [{ id, ...declared }];
  });
}

/** What a dev session's code declares for this provider, whichever server the session is on. */
export async function listDeclared(
  database: Database,
  { id: ownerId, namespaceId, manifest }: DevSession,
  provider: { id: string; type: string },
): Promise<Omit<ListeningTrigger, "id">[]> {
  const declared: Omit<ListeningTrigger, "id">[] = [];
  for (const { handlerId, type, input, provider: name } of manifest.triggers) {
    if (name.type !== provider.type) continue;
    const mapped = await findMappedProvider(database, { namespaceId, ownerId, ...name });
    if (mapped?.id === provider.id) declared.push({ handlerId, type, input });
  }
  return declared;
}
