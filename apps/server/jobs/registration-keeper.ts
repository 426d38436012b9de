import { FlowwError } from "@floww/contract/errors";
import type { WantedRegistration } from "@floww/providers/server";
import type { DevSessionHub } from "../domain/dev-sessions/dev-session-hub.ts";
import { listListening } from "../domain/dev-sessions/event-targets.ts";
import { openConnection } from "../domain/providers/connection.ts";
import {
  narrowRegistrations,
  repairRegistrations,
  widenRegistrations,
} from "../domain/providers/registrations/keep-registrations.ts";
import { claimUnchecked } from "../domain/providers/registrations/store.ts";
import { findProviderById, listProviders, markFailure, type Provider } from "../domain/providers/store.ts";
import { listProviderTriggers, wantedRegistrations } from "../domain/triggers/provider-triggers.ts";
import type { RegisterContext } from "../domain/triggers/register-triggers.ts";

export interface KeeperContext extends RegisterContext {
  devSessions: DevSessionHub;
  report(error: unknown): void;
}

const LOOK_EVERY_MS = 10 * 60_000;
/** How old a look at a webhook may be. */
const CHECK_AFTER_MS = 60 * 60_000;

/** Keeps what is registered at the vendors as what is listened for: after each switch, and now and then against drift. */
export class RegistrationKeeper {
  readonly #context: KeeperContext;
  readonly #timer: NodeJS.Timeout;
  #turn: Promise<void> = Promise.resolve();
  #isStopped = false;

  constructor(context: KeeperContext) {
    this.#context = context;
    this.#timer = setInterval(() => this.#do(() => this.#look()), LOOK_EVERY_MS);
    this.#timer.unref();
  }

  /** After a switch, a session's change or a provider's: soon, one after the other. */
  settle(namespaceId: string): void {
    this.#do(async () => {
      for (const provider of await listProviders(this.#context.database, namespaceId))
        await this.#settle(provider);
    });
  }

  /** Resolves when what was asked for until now is done. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    clearInterval(this.#timer);
    await this.#turn;
  }

  #do(work: () => Promise<void>): void {
    this.#turn = this.#turn
      .then(() => (this.#isStopped ? undefined : work()))
      .catch((error: unknown) => this.#context.report(error));
  }

  async #look(): Promise<void> {
    const { database } = this.#context;
    for (const { namespaceId, providerId } of await claimUnchecked(database, CHECK_AFTER_MS)) {
      const provider = await findProviderById(database, namespaceId, providerId);
      if (provider !== undefined) await this.#settle(provider, { repairs: true });
    }
  }

  async #settle(provider: Provider, { repairs = false } = {}): Promise<void> {
    const context = this.#context;
    if (context.providerServers.get(provider.type)?.registrations === undefined) return;
    try {
      const connection = openConnection(context, provider);
      const wanted = await this.#wanted(provider);
      if (context.isPublic()) await widenRegistrations(context, connection, wanted);
      await narrowRegistrations(context, connection, wanted);
      if (repairs && context.isPublic()) await repairRegistrations(context, connection);
      await markFailure(context.database, provider.id, null);
    } catch (error) {
      if (!(error instanceof FlowwError)) throw error;
      // The vendor's answer is the owner's to read: it stands beside the provider.
      await markFailure(context.database, provider.id, error.message);
    }
  }

  async #wanted(provider: Provider): Promise<WantedRegistration[]> {
    const { database, devSessions, providerServers } = this.#context;
    const live = await listProviderTriggers(database, provider);
    const onLaptops = await Promise.all(
      devSessions.listOf(provider.namespaceId).map((laptop) => listListening(database, laptop, provider)),
    );
    return wantedRegistrations(providerServers.get(provider.type)!, [...live, ...onLaptops.flat()]);
  }
}
