import { randomBytes } from "node:crypto";
import { FlowwError } from "@floww/contract/errors";
import { formatId } from "@floww/contract/ids";
import { limits } from "@floww/contract/limits";
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
import { KeyLookUps } from "./key-look-ups.ts";
import { LaptopDriver } from "./laptop-driver.ts";
import { LaptopRuns, type RunLetter } from "./laptop-runs.ts";
import type { Letter, ServerMail } from "./server-mail.ts";
import {
  AWAY_AFTER_MS,
  type DevSession,
  findRecentDevSessions,
  listDevSessionSigns,
  markDevSessionSeen,
  openDevSession,
  releaseAllDevSessions,
  releaseDevSession,
} from "./store.ts";

/** Keys of dev sessions begin so; one that is no session's is looked for among the workflows'. */
export const DEV_KEY_PREFIX = "dev_";
/** A key is unguessable: what has not its shape is not looked for. */
const DEV_KEY = /^dev_[A-Za-z0-9_-]{24}$/;
/** Other servers know of a change before whoever made it is answered; one that says nothing is not waited for. */
const TELL_MS_MAX = 2_000;

/** A session as this server has it: with its addresses, and with the events that the laptop runs for callers here. */
export interface LiveSession {
  session: DevSession;
  routes: WorkflowRoutes;
  triggers: readonly Trigger[];
  driver: LaptopDriver;
  /** When its laptop last gave a sign, at whatever server. */
  seenAtMs: number;
}

/** Something about the session has changed. */
interface SessionLetter {
  about: "session";
  sessionId: string;
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

export interface DevSessionHubOptions {
  database: Database;
  realtime: Realtime;
  providerServers: ProviderServers;
  mail: ServerMail;
}

/**
 * Every dev session, by key and by id. What is true of one stands in the database; each server has it in memory as well, reads it
 * again when another says that it changed, and looks every few seconds whether it missed that.
 */
export class DevSessionHub {
  readonly runs: LaptopRuns;
  readonly #database: Database;
  readonly #realtime: Realtime;
  readonly #providerServers: ProviderServers;
  readonly #mail: ServerMail;
  readonly #byKey = new Map<string, LiveSession>();
  readonly #byId = new Map<string, LiveSession>();
  readonly #lookUps = new KeyLookUps((keys) => this.#loadAll({ keys }));
  #tapping: readonly LiveSession[] = [];

  constructor({ database, realtime, providerServers, mail }: DevSessionHubOptions) {
    this.#database = database;
    this.#realtime = realtime;
    this.#providerServers = providerServers;
    this.#mail = mail;
    this.runs = new LaptopRuns(database, mail);
  }

  /** Takes up what has changed without a word heard of it, and when each laptop was last seen. */
  async refresh(): Promise<void> {
    for (const { id, generation, seenMsAgo } of await listDevSessionSigns(
      this.#database,
      limits.devEventWaitHours,
    )) {
      const live = this.#byId.get(id);
      if (live === undefined || live.session.generation < generation) await this.#load({ id });
      else live.seenAtMs = Date.now() - seenMsAgo;
    }
  }

  /** Resolves when the servers that live know it: the next request may come to any of them. */
  async open(request: OpenRequest): Promise<{ live: LiveSession; tookOver: boolean }> {
    const { mappings, ...wanted } = request;
    checkTriggers(request.manifest, this.#providerServers);
    const { session, tookOver } = await openDevSession(this.#database, {
      id: newUuid(),
      key: `${DEV_KEY_PREFIX}${randomBytes(18).toString("base64url")}`,
      ...wanted,
    });
    await setProviderMappings(this.#database, session.id, mappings);
    const live = await this.#keep(session, { seenMsAgo: 0 });
    await this.#tell(live);
    if (tookOver) {
      await this.#realtime.publish(devChannel(session.id), {
        kind: "taken-over",
        clientId: request.clientId,
      });
    }
    return { live, tookOver };
  }

  /** By the key in an address. One that this server has not heard of may be new at another. */
  async find(key: string): Promise<LiveSession | undefined> {
    if (!this.#byKey.has(key) && DEV_KEY.test(key)) await this.#lookUps.lookFor(key);
    return this.#byKey.get(key);
  }

  /** What another server asks. */
  async receive({ head, body }: Letter): Promise<Letter> {
    const letter = head as unknown as SessionLetter | RunLetter;
    if (letter.about !== "session") return this.runs.receive(letter, this.#byId.get(letter.sessionId), body);
    await this.#load({ id: letter.sessionId });
    return { head: null, body };
  }

  /** Whichever laptop runs it. */
  cancel(executionId: string): void {
    for (const { driver } of this.#byId.values()) driver.cancel(executionId);
  }

  findById(id: string): LiveSession | undefined {
    return this.#byId.get(id);
  }

  /** The caller's own session. @throws FlowwError NOT_FOUND, also for somebody else's */
  async get(
    id: string,
    { namespaceId, subject }: { namespaceId: string; subject: string },
  ): Promise<LiveSession> {
    const live = this.#byId.get(id) ?? (await this.#load({ id }));
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
    const generation = await markDevSessionSeen(this.#database, live.session.id, clientId);
    if (generation === undefined) return false;
    if (live.session.generation < generation) await this.#load({ id: live.session.id });
    live.seenAtMs = Date.now();
    return true;
  }

  /** A terminal that lost the session to another one ends nothing by leaving. */
  async disconnect(live: LiveSession, clientId: string): Promise<void> {
    const { id } = live.session;
    if (!(await releaseDevSession(this.#database, id, clientId))) return;
    await this.#load({ id });
    await this.#tell(live);
  }

  /** Every terminal's; other servers find it at their next look. */
  async endAll(): Promise<void> {
    await releaseAllDevSessions(this.#database);
    await this.refresh();
  }

  /** Resolves when the other servers have read it again. */
  async #tell({ session }: LiveSession): Promise<void> {
    const letter: SessionLetter = { about: "session", sessionId: session.id };
    await this.#mail.askOthers({ head: { ...letter }, body: Buffer.alloc(0) }, { waitMs: TELL_MS_MAX });
  }

  async #load({ id }: { id: string }): Promise<LiveSession | undefined> {
    await this.#loadAll({ ids: [id] });
    return this.#byId.get(id);
  }

  async #loadAll(which: { ids?: readonly string[]; keys?: readonly string[] }): Promise<void> {
    for (const { seenMsAgo, ...session } of await findRecentDevSessions(
      this.#database,
      limits.devEventWaitHours,
      which,
    ))
      await this.#keep(session, { seenMsAgo });
  }

  async #keep(session: DevSession, { seenMsAgo }: { seenMsAgo: number }): Promise<LiveSession> {
    const seenAtMs = Date.now() - seenMsAgo;
    const triggers = await ensureTriggers(this.#database, session, session.manifest.triggers);
    const routes = createDevRoutes(session, triggers);
    const present = this.#byId.get(session.id);
    if (present !== undefined) {
      this.#change(present, { session, routes, triggers, seenAtMs });
      return present;
    }
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
        hasDeadlines: () => !live.session.isDebugging,
      }),
      seenAtMs,
    };
    this.#byKey.set(session.key, live);
    this.#byId.set(session.id, live);
    this.#listTapping();
    return live;
  }

  /** What was read before something newer was changes nothing. */
  #change(live: LiveSession, now: Pick<LiveSession, "session" | "routes" | "triggers" | "seenAtMs">): void {
    const { clientId, generation } = live.session;
    if (generation > now.session.generation) return;
    Object.assign(live, now);
    this.#listTapping();
    if (clientId === null || clientId === now.session.clientId) return;
    // What that terminal had taken cannot end any more.
    live.driver.abandon(
      now.session.clientId === null
        ? "The dev session ended."
        : "Another terminal took over the dev session.",
    );
  }

  #listTapping(): void {
    this.#tapping = [...this.#byId.values()].filter(({ session }) => session.isTapping);
  }
}

export function isConnected(live: LiveSession): boolean {
  return live.session.clientId !== null && Date.now() - live.seenAtMs < AWAY_AFTER_MS;
}

export function devChannel(sessionId: string): string {
  return formatId("devSession", sessionId);
}
