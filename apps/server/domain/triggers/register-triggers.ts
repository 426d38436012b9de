import { FlowwError } from "@floww/contract/errors";
import type { Manifest } from "@floww/contract/manifest";
import type { WantedRegistration } from "@floww/providers/server";
import { type Connection, openConnection } from "../providers/connection.ts";
import { describeCredential } from "../providers/note-credential.ts";
import type { ProviderServers } from "../providers/provider-servers.ts";
import {
  eventUrl,
  type RegistrationContext,
  widenRegistrations,
} from "../providers/registrations/keep-registrations.ts";
import { findMappedProvider, findProviderById, type Provider } from "../providers/store.ts";
import { wantedRegistrations } from "./provider-triggers.ts";

export interface RegisterContext extends RegistrationContext {
  providerServers: ProviderServers;
  /** False where no vendor can reach this server. */
  isPublic(): boolean;
}

type DeclaredTrigger = Manifest["triggers"][number];

interface RegisterOptions {
  namespaceId: string;
  /** The deployment or dev session, whose names floww.yaml may have given to other providers. */
  ownerId: string;
  /** The command that makes an event where none can come. */
  feedWith: string;
}

/** What is to be said about the events of a version's vendor triggers. */
export interface Arrivals {
  /** Those that come, and how. */
  notes: string[];
  /** Those that do not. */
  warnings: string[];
}

/**
 * Makes the vendors send what a version listens for, before it goes live.
 *
 * @throws FlowwError REGISTRATION_FAILED, PROVIDER_UNREACHABLE
 */
export async function registerTriggers(
  context: RegisterContext,
  options: RegisterOptions,
  triggers: readonly DeclaredTrigger[],
): Promise<Arrivals> {
  const arrivals: Arrivals = { notes: [], warnings: [] };
  for (const [provider, listening] of await groupByProvider(context, options, triggers)) {
    const connection = openConnection(context, provider);
    const wanted = wantedRegistrations(connection.server, listening);
    if (context.isPublic()) {
      await widenRegistrations(context, connection, wanted);
      arrivals.notes.push(reachable(context, connection, wanted));
    } else arrivals.warnings.push(unreachable(context, connection, { wanted, feedWith: options.feedWith }));
    // Read again: what was asked just now may have told.
    const told = await findProviderById(context.database, provider.namespaceId, provider.id);
    const dying = describeCredential(told ?? provider);
    if (dying !== undefined) arrivals.warnings.push(dying);
  }
  return arrivals;
}

/** For a laptop: what a vendor refuses keeps nobody from working on the rest. */
export async function registerDevTriggers(
  context: RegisterContext,
  session: { id: string; namespaceId: string },
  triggers: readonly DeclaredTrigger[],
): Promise<Arrivals> {
  const { id: ownerId, namespaceId } = session;
  try {
    const arrivals = await registerTriggers(context, { namespaceId, ownerId, feedWith: FEED_DEV }, triggers);
    const setUp = triggers.filter(({ input }) => input.setup === true).map(({ key }) => key);
    if (setUp.length > 0)
      arrivals.notes.push(`The setup of ${setUp.join(", ")} runs when it is deployed, and not here.`);
    return arrivals;
  } catch (error) {
    if (!(error instanceof FlowwError)) throw error;
    return {
      notes: [],
      warnings: [`${error.message} ${error.fix} Until then, feed the laptop with ${FEED_DEV}.`],
    };
  }
}

const FEED_DEV = "`floww replay <id> --local`";

async function groupByProvider(
  { database }: RegisterContext,
  { namespaceId, ownerId }: RegisterOptions,
  triggers: readonly DeclaredTrigger[],
): Promise<Map<Provider, DeclaredTrigger[]>> {
  const groups = new Map<string, [Provider, DeclaredTrigger[]]>();
  for (const trigger of triggers) {
    if (trigger.provider.type === "builtin") continue;
    const provider = await findMappedProvider(database, { namespaceId, ownerId, ...trigger.provider });
    if (provider === undefined) continue;
    const group = groups.get(provider.id) ?? [provider, []];
    group[1].push(trigger);
    groups.set(provider.id, group);
  }
  return new Map(groups.values());
}

function reachable(
  context: RegisterContext,
  { provider, server }: Connection,
  wanted: readonly WantedRegistration[],
): string {
  if (wanted.length === 0)
    return `${shownName(server, provider)} must be told to send its events to ${eventUrl(context, provider)}.`;
  const places = wanted.map(({ target, events }) => `${events.join(", ")} of ${target}`);
  return `${shownName(server, provider)} sends ${places.join("; ")} to this server.`;
}

function unreachable(
  { webhookUrl }: RegisterContext,
  { provider, server }: Connection,
  { wanted, feedWith }: { wanted: readonly WantedRegistration[]; feedWith: string },
): string {
  const places = wanted.map(({ target }) => target).join(", ");
  return (
    `${shownName(server, provider)} cannot reach this server at ${webhookUrl()}, so no events${places && ` of ${places}`} ` +
    `will come: feed it with ${feedWith}, or start the server with FLOWW_PUBLIC_URL set to an address that the internet ` +
    "can reach."
  );
}

function shownName({ title }: Connection["server"], { alias }: Provider): string {
  return alias === "default" ? title : `${title} (${alias})`;
}
