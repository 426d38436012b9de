import { randomUUID } from "node:crypto";
import type { Client, RouteAnswer, Routes } from "@floww/contract/api";
import { FlowwError } from "@floww/contract/errors";
import type { Manifest } from "@floww/contract/manifest";
import { Centrifuge, UnauthorizedError } from "centrifuge";
import type { ProviderMappings } from "../project/read-project.ts";

export type OpenedSession = RouteAnswer<Routes["openDevSession"]>;

export interface SessionClientOptions {
  client: Client;
  namespaceId: string;
  workflowId: string;
  /** Of floww.yaml. */
  providers: ProviderMappings;
  isDebugging: boolean;
  isTapping: boolean;
  /** An execution waits to be taken; may be called twice for one. */
  onEvent(executionId: string): void;
  /** Another terminal has the session now. */
  onTakenOver(): void;
  /** The server has dev sessions no more: an administrator turned them off. */
  onTurnedOff(error: FlowwError): void;
  onConnection(isConnected: boolean): void;
  /** Somebody configured or deleted a provider, or may have done so unheard. */
  onProvidersChanged(): void;
}

const KEEP_EVERY_MS = 5_000;

/** The laptop's end of a dev session: keeps it, listens for its doorbell, and asks in between, should a ring get lost. */
export class SessionClient {
  readonly #options: SessionClientOptions;
  readonly #clientId = randomUUID();
  #session: OpenedSession | undefined;
  #manifest: Manifest | undefined;
  #centrifuge: Centrifuge | undefined;
  #keeping: NodeJS.Timeout | undefined;
  #isAway = false;
  #isClosed = false;

  constructor(options: SessionClientOptions) {
    this.#options = options;
  }

  get params(): { namespaceId: string; devSessionId: string } {
    if (this.#session === undefined) throw new TypeError("the session is not open yet");
    return { namespaceId: this.#options.namespaceId, devSessionId: this.#session.id };
  }

  /** Opens the session, or tells it what the code declares now. */
  async open(manifest: Manifest): Promise<OpenedSession> {
    const { client, namespaceId, workflowId, providers, isDebugging, isTapping } = this.#options;
    this.#manifest = manifest;
    const opened = await client.openDevSession({
      params: { namespaceId, workflowId },
      body: { manifest, providers, clientId: this.#clientId, debug: isDebugging, tap: isTapping },
    });
    this.#session = opened;
    this.#centrifuge ??= this.#connect(opened);
    this.#keeping ??= setTimeout(() => void this.#keep(), KEEP_EVERY_MS);
    return opened;
  }

  /** What the code declares now, as far as the server is told of it: for the next time that the session is opened. */
  declare(manifest: Manifest): void {
    this.#manifest = manifest;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#keeping);
    this.#centrifuge?.disconnect();
    if (this.#session === undefined) return;
    const query = { clientId: this.#clientId };
    await this.#options.client.closeDevSession({ params: this.params, query }).catch(() => undefined);
  }

  #connect({ doorbell }: OpenedSession): Centrifuge {
    const fresh = () => this.#freshDoorbell();
    const centrifuge = new Centrifuge(doorbell.url, {
      token: doorbell.connectionToken,
      getToken: async () => (await fresh()).connectionToken,
      websocket: WebSocket,
    });
    const subscription = centrifuge.newSubscription(doorbell.channel, {
      token: doorbell.subscriptionToken,
      getToken: async () => (await fresh()).subscriptionToken,
    });
    subscription.on("publication", ({ data }) =>
      this.#hear(data as { kind?: unknown; executionId?: unknown; clientId?: unknown }),
    );
    // What rang before anybody listened is asked for.
    subscription.on("subscribed", () => {
      void this.#ask();
      this.#options.onProvidersChanged();
    });
    subscription.subscribe();
    centrifuge.connect();
    return centrifuge;
  }

  #hear({
    kind,
    executionId,
    clientId,
  }: {
    kind?: unknown;
    executionId?: unknown;
    clientId?: unknown;
  }): void {
    if (kind === "event" && typeof executionId === "string") this.#options.onEvent(executionId);
    if (kind === "providers-changed") this.#options.onProvidersChanged();
    if (kind === "taken-over" && clientId !== this.#clientId) this.#options.onTakenOver();
  }

  async #keep(): Promise<void> {
    await this.#ask();
    if (!this.#isClosed) this.#keeping = setTimeout(() => void this.#keep(), KEEP_EVERY_MS);
  }

  async #ask(): Promise<void> {
    try {
      const { isCurrent, waiting } = await this.#options.client.keepDevSession({
        params: this.params,
        body: { clientId: this.#clientId },
      });
      this.#setAway(false);
      if (!isCurrent) return this.#options.onTakenOver();
      for (const executionId of waiting) this.#options.onEvent(executionId);
    } catch (error) {
      if (error instanceof FlowwError && error.code === "FEATURE_OFF")
        return this.#options.onTurnedOff(error);
      // A restarted server does not have this laptop connected: open it again.
      if (error instanceof FlowwError && error.code === "NOT_FOUND")
        await this.#reopen().catch(() => undefined);
      else this.#setAway(true);
    }
  }

  async #freshDoorbell(): Promise<OpenedSession["doorbell"]> {
    try {
      return await this.#options.client.refreshDoorbell({ params: this.params });
    } catch (error) {
      if (!(error instanceof FlowwError)) throw error;
      if (error.code === "NOT_FOUND") return (await this.#reopen()).doorbell;
      // For the library this is final; anything else is tried again.
      if (error.status === 401 || error.status === 403) throw new UnauthorizedError(error.message);
      throw error;
    }
  }

  #reopen(): Promise<OpenedSession> {
    return this.open(this.#manifest!);
  }

  #setAway(isAway: boolean): void {
    if (isAway !== this.#isAway) this.#options.onConnection(!isAway);
    this.#isAway = isAway;
  }
}
