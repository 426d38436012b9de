import { randomBytes } from "node:crypto";
import { FlowwError } from "@floww/contract/errors";
import { formatId } from "@floww/contract/ids";
import type { Manifest } from "@floww/contract/manifest";
import type { Database } from "../../platform/db/database.ts";
import type { Realtime } from "../../platform/realtime/realtime.ts";
import { newUuid } from "../../platform/uuid-v7.ts";
import type { ProviderServers } from "../providers/provider-servers.ts";
import { type ProviderMapping, setProviderMappings } from "../providers/store.ts";
import { checkTriggers } from "../triggers/check-triggers.ts";
import type { WorkflowRoutes } from "../triggers/route-table.ts";
import { ensureTriggers, type Trigger } from "../triggers/store.ts";
import { createDevRoutes } from "./dev-routes.ts";
import { LaptopDriver } from "./laptop-driver.ts";
import { type DevSession, listRecentDevSessions, markDevSessionSeen, upsertDevSession } from "./store.ts";

/** How long `ack` events wait for their laptop. */
export const WAIT_HOURS = 24;
/** Keys of dev sessions begin so; one that is no session's is looked for among the workflows'. */
export const DEV_KEY_PREFIX = "dev_";
/** A laptop that gave no sign for this long is away: it keeps in touch every five seconds. */
const AWAY_AFTER_MS = 15_000;
/** What the table says is for what waits a day: it need not be exact. */
const MARK_EVERY_MS = 60_000;

/** A session as this server has it: with its addresses, and with the laptop, when one is connected. */
export interface LiveSession {
  session: DevSession;
  routes: WorkflowRoutes;
  triggers: readonly Trigger[];
  driver: LaptopDriver;
  /** The terminal that has it; undefined while none is connected. */
  clientId: string | undefined;
  isDebugging: boolean;
  /** It wants what the live version gets. */
  isTapping: boolean;
  seenAtMs: number;
  /** When other servers were last told of that. */
  markedAtMs: number;
}

export interface OpenRequest {
  namespaceId: string;
  workflowId: string;
  subject: string;
  manifest: Manifest;
  mappings: readonly ProviderMapping[];
  clientId: string;
  isDebugging: boolean;
  isTapping: boolean;
}

/** Every dev session of this server, by key and by id. */
export class DevSessionHub {
  readonly #database: Database;
  readonly #realtime: Realtime;
  readonly #providerServers: ProviderServers;
  readonly #byKey = new Map<string, LiveSession>();
  readonly #byId = new Map<string, LiveSession>();
  #tapping: readonly LiveSession[] = [];

  constructor(database: Database, realtime: Realtime, providerServers: ProviderServers) {
    this.#database = database;
    this.#realtime = realtime;
    this.#providerServers = providerServers;
  }

  /** At start: addresses of sessions whose laptops will come back. */
  async load(): Promise<void> {
    for (const session of await listRecentDevSessions(this.#database, WAIT_HOURS)) await this.#keep(session);
  }

  async open(request: OpenRequest): Promise<{ live: LiveSession; tookOver: boolean }> {
    checkTriggers(request.manifest, this.#providerServers);
    const session = await upsertDevSession(this.#database, {
      id: newUuid(),
      namespaceId: request.namespaceId,
      workflowId: request.workflowId,
      subject: request.subject,
      key: `${DEV_KEY_PREFIX}${randomBytes(18).toString("base64url")}`,
      manifest: request.manifest,
    });
    await setProviderMappings(this.#database, session.id, request.mappings);
    const before = this.#byId.get(session.id);
    const tookOver = before !== undefined && isConnected(before) && before.clientId !== request.clientId;
    if (tookOver) {
      before.driver.abandon("Another terminal took over the dev session.");
      await this.#realtime.publish(devChannel(session.id), {
        kind: "taken-over",
        clientId: request.clientId,
      });
    }
    const live = await this.#keep(session);
    Object.assign(live, {
      clientId: request.clientId,
      isDebugging: request.isDebugging,
      isTapping: request.isTapping,
      seenAtMs: Date.now(),
      markedAtMs: Date.now(),
    });
    this.#tapping = [...this.#byId.values()].filter(({ isTapping }) => isTapping);
    return { live, tookOver };
  }

  find(key: string): LiveSession | undefined {
    return this.#byKey.get(key);
  }

  /** Whichever laptop runs it. */
  cancel(executionId: string): void {
    for (const { driver } of this.#byId.values()) driver.cancel(executionId);
  }

  findById(id: string): LiveSession | undefined {
    return this.#byId.get(id);
  }

  /** The caller's own session. @throws FlowwError NOT_FOUND, also for somebody else's */
  get(id: string, { namespaceId, subject }: { namespaceId: string; subject: string }): LiveSession {
    const live = this.#byId.get(id);
    if (live === undefined || live.session.namespaceId !== namespaceId || live.session.subject !== subject) {
      throw new FlowwError("NOT_FOUND", `There is no dev session ${formatId("devSession", id)} of yours.`);
    }
    return live;
  }

  /** What the laptop's code declares now; false for what is no session. */
  declaresSecret(id: string, name: string, credential: string): boolean {
    const secrets = this.#byId.get(id)?.session.manifest.secrets ?? [];
    return secrets.some((secret) => secret.name === name && secret.credential === credential);
  }

  declaresProvider(id: string, type: string, alias: string): boolean {
    const providers = this.#byId.get(id)?.session.manifest.providers ?? [];
    return providers.some((provider) => provider.type === type && provider.alias === alias);
  }

  /** Sessions of a namespace whose laptops may take events. */
  listOf(namespaceId: string): LiveSession[] {
    return [...this.#byId.values()].filter(({ session }) => session.namespaceId === namespaceId);
  }

  /** Laptops that want what this workflow's live version gets. */
  tapping(workflowId: string): readonly LiveSession[] {
    // Asked for each event of the server: where nobody taps it costs nothing.
    if (this.#tapping.length === 0) return this.#tapping;
    return this.#tapping.filter((live) => live.session.workflowId === workflowId && isConnected(live));
  }

  /** Somebody configured or deleted a provider: connected laptops begin again with what there is now. */
  async tellProvidersChanged(namespaceId: string): Promise<void> {
    const channels = this.listOf(namespaceId)
      .filter(isConnected)
      .map(({ session }) => devChannel(session.id));
    await this.#realtime.broadcast(channels, { kind: "providers-changed" });
  }

  /** The caller's connected session of a workflow. @throws FlowwError NOT_FOUND */
  getConnected(
    workflowId: string,
    { namespaceId, subject }: { namespaceId: string; subject: string },
  ): LiveSession {
    for (const live of this.#byId.values()) {
      const { session } = live;
      const isTheirs =
        session.workflowId === workflowId &&
        session.namespaceId === namespaceId &&
        session.subject === subject;
      if (isTheirs && isConnected(live)) return live;
    }
    throw new FlowwError("NOT_FOUND", "No dev session of yours is connected for this workflow.", {
      fix: "Start one with `floww dev` in the workflow's folder.",
    });
  }

  /** True when this terminal still has the session. */
  async touch(live: LiveSession, clientId: string): Promise<boolean> {
    if (live.clientId !== clientId) return false;
    const now = Date.now();
    live.seenAtMs = now;
    if (now - live.markedAtMs > MARK_EVERY_MS) {
      live.markedAtMs = now;
      await markDevSessionSeen(this.#database, live.session.id);
    }
    return true;
  }

  /** A terminal that lost the session to another one ends nothing by leaving. */
  disconnect(live: LiveSession, clientId: string): void {
    if (live.clientId !== clientId) return;
    live.clientId = undefined;
    live.driver.abandon("The dev session ended.");
  }

  async #keep(session: DevSession): Promise<LiveSession> {
    const triggers = await ensureTriggers(this.#database, session, session.manifest.triggers);
    const routes = createDevRoutes(session, triggers);
    const present = this.#byId.get(session.id);
    if (present !== undefined) return Object.assign(present, { session, routes, triggers });
    const live: LiveSession = {
      session,
      routes,
      triggers,
      driver: new LaptopDriver({
        // A ring that is lost is made good: the laptop asks every few seconds what waits.
        ring: (executionId) =>
          void this.#realtime
            .publish(devChannel(session.id), { kind: "event", executionId })
            .catch(() => undefined),
        hasDeadlines: () => !live.isDebugging,
      }),
      clientId: undefined,
      isDebugging: false,
      isTapping: false,
      seenAtMs: 0,
      markedAtMs: 0,
    };
    this.#byKey.set(session.key, live);
    this.#byId.set(session.id, live);
    return live;
  }
}

export function isConnected(live: LiveSession): boolean {
  return live.clientId !== undefined && Date.now() - live.seenAtMs < AWAY_AFTER_MS;
}

export function devChannel(sessionId: string): string {
  return formatId("devSession", sessionId);
}
