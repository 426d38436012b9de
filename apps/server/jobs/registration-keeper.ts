import { FlowwError } from "@floww/contract/errors";
import { limits } from "@floww/contract/limits";
import type { WantedRegistration } from "@floww/providers/server";
import { recoverMissed } from "../domain/deliveries/recover-missed.ts";
import { listDeclared } from "../domain/dev-sessions/event-targets.ts";
import { listRecentDevSessions } from "../domain/dev-sessions/store.ts";
import type { JobStates } from "../domain/job-states/job-states.ts";
import { openConnection } from "../domain/providers/connection.ts";
import { createVendorClient } from "../domain/providers/gateway/vendor-client.ts";
import {
  narrowRegistrations,
  repairRegistrations,
  widenRegistrations,
} from "../domain/providers/registrations/keep-registrations.ts";
import { claimUnchecked, claimUnrecovered, forgetMissed } from "../domain/providers/registrations/store.ts";
import { findProviderById, listProviders, markFailure, type Provider } from "../domain/providers/store.ts";
import { listProviderTriggers, wantedRegistrations } from "../domain/triggers/provider-triggers.ts";
import type { RegisterContext } from "../domain/triggers/register-triggers.ts";

export interface KeeperContext extends RegisterContext {
  jobStates: JobStates;
  report(error: unknown): void;
}

const LOOK_EVERY_MS = 10 * 60_000;
/** How old a look at a webhook may be. */
const CHECK_AFTER_MS = 60 * 60_000;
/** The same of a look for what did not come in. Shorter than the time between looks, so that each look has its turn. */
const RECOVER_AFTER_MS = 5 * 60_000;
const MISSED_KEPT_DAYS = 7;

/** Keeps what is registered at the vendors as what is listened for: after each switch, and now and then against drift. */
export class RegistrationKeeper {
  readonly #context: KeeperContext;
  readonly #timer: NodeJS.Timeout;
  #turn: Promise<void> = Promise.resolve();
  #isStopped = false;

  constructor(context: KeeperContext) {
    this.#context = context;
    this.#timer = setInterval(() => {
      this.#do("keep-registrations", () => this.#look());
      this.#do("recover-missed-events", () => this.#recover());
    }, LOOK_EVERY_MS);
    this.#timer.unref();
    // A start is what follows an outage.
    this.#do("recover-missed-events", () => this.#recover());
  }

  /** After a switch, a session's change or a provider's: soon, one after the other. */
  settle(namespaceId: string): void {
    this.#do("keep-registrations", async () => {
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

  #do(name: string, work: () => Promise<void>): void {
    this.#turn = this.#turn
      .then(() => (this.#isStopped ? undefined : this.#context.jobStates.track(name, work)))
      .catch((error: unknown) => this.#context.report(error));
  }

  async #look(): Promise<void> {
    const { database } = this.#context;
    for (const { namespaceId, providerId } of await claimUnchecked(database, CHECK_AFTER_MS)) {
      const provider = await findProviderById(database, namespaceId, providerId);
      if (provider !== undefined) await this.#settle(provider, { repairs: true });
    }
  }

  /** Asks vendors for what they sent in vain. */
  async #recover(): Promise<void> {
    const context = this.#context;
    const { database, gateway } = context;
    if (!context.isPublic()) return;
    await forgetMissed(database, MISSED_KEPT_DAYS);
    for (const registration of await claimUnrecovered(database, RECOVER_AFTER_MS)) {
      const provider = await findProviderById(database, registration.namespaceId, registration.providerId);
      const outbox = context.providerServers.get(provider?.type ?? "")?.registrations?.outbox;
      if (provider === undefined || outbox === undefined) continue;
      try {
        const vendor = createVendorClient(gateway, openConnection(context, provider));
        await recoverMissed({ database, vendor, outbox, now: Date.now }, registration);
      } catch (error) {
        if (!(error instanceof FlowwError)) throw error;
        await markFailure(database, provider.id, error.message);
      }
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
    const { database, providerServers } = this.#context;
    const live = await listProviderTriggers(database, provider);
    // From the table: laptops of other servers count, and one that has not been seen for long does not.
    const sessions = await listRecentDevSessions(database, limits.devEventWaitHours, provider.namespaceId);
    const onLaptops = await Promise.all(sessions.map((session) => listDeclared(database, session, provider)));
    return wantedRegistrations(providerServers.get(provider.type)!, [...live, ...onLaptops.flat()]);
  }
}
