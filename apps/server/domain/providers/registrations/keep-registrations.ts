import { randomBytes } from "node:crypto";
import { FlowwError } from "@floww/contract/errors";
import type {
  RegistrationAddress,
  VendorClient,
  VendorRegistrations,
  WantedRegistration,
} from "@floww/providers/server";
import type { Database, Queryable } from "../../../platform/db/database.ts";
import { newUuid } from "../../../platform/uuid-v7.ts";
import type { Vault } from "../../secrets/vault.ts";
import type { Connection } from "../connection.ts";
import type { Gateway } from "../gateway/gateway.ts";
import { createVendorClient } from "../gateway/vendor-client.ts";
import {
  insertRegistration,
  listRegistrations,
  lockRegistrations,
  markRegistered,
  markRegistrationFailed,
  type Registration,
  removeRegistration,
} from "./store.ts";

export interface RegistrationContext {
  database: Database;
  vault: Vault;
  gateway: Gateway;
  /** As a prefix, without a slash at its end. */
  webhookUrl(): string;
}

const SECRET_BYTES = 32;

/**
 * Makes what is wanted be at the vendor: creates what is missing, widens what is too narrow, takes nothing away. Done
 * before a switch, so that the first event of a new version finds its webhook.
 *
 * @throws FlowwError REGISTRATION_FAILED; what was done until then stays
 */
export async function widenRegistrations(
  context: RegistrationContext,
  connection: Connection,
  wanted: readonly WantedRegistration[],
): Promise<void> {
  const registrations = connection.server.registrations;
  if (registrations === undefined || wanted.length === 0) return;
  await locked(context, connection, async (present) => {
    for (const { target, events } of wanted) {
      const row = present.get(target);
      const all = [...new Set([...(row?.events ?? []), ...events])].sort();
      const isThere = row !== undefined && row.vendorId !== null && all.length === row.events.length;
      if (!isThere) await register(context, connection, registrations, { target, events: all, row });
    }
  });
}

/** Removes and narrows what nothing wants any more, after a switch. What fails is tried again by the next look. */
export async function narrowRegistrations(
  context: RegistrationContext,
  connection: Connection,
  wanted: readonly WantedRegistration[],
): Promise<void> {
  const registrations = connection.server.registrations;
  if (registrations === undefined) return;
  const byTarget = new Map(wanted.map((one) => [one.target, one]));
  await locked(context, connection, async (present) => {
    for (const row of present.values()) {
      const one = byTarget.get(row.target);
      if (one === undefined) await unregister(context, connection, registrations, row);
      else if (one.events.length < row.events.length)
        await register(context, connection, registrations, { ...one, row });
    }
  });
}

/** Looks at each webhook at the vendor, and mends what is gone, was switched off or changed there. */
export async function repairRegistrations(
  context: RegistrationContext,
  connection: Connection,
): Promise<void> {
  const registrations = connection.server.registrations;
  if (registrations === undefined) return;
  const vendor = createVendorClient(context.gateway, connection);
  await locked(context, connection, async (present) => {
    for (const row of present.values()) {
      const { target, events, vendorId } = row;
      const there = vendorId === null ? undefined : await registrations.find(vendor, vendorId, target);
      const isSound =
        there?.isActive === true &&
        there.url === addressOf(context, connection, row).url &&
        [...there.events].sort().join() === events.join();
      if (isSound) await markRegistered(context.database, row.id, { vendorId: vendorId!, events });
      else
        await register(context, connection, registrations, {
          target,
          events,
          row,
          isGone: there === undefined,
        });
    }
  });
}

/** Everything of the connection, before it is deleted; what the vendor refuses to remove is left there. */
export async function removeRegistrations(
  context: RegistrationContext,
  connection: Connection,
): Promise<void> {
  const registrations = connection.server.registrations;
  if (registrations === undefined) return;
  await locked(context, connection, async (present) => {
    for (const row of present.values())
      await unregister(context, connection, registrations, row).catch(() => undefined);
  });
}

/** The lock's transaction only locks: each step is committed by itself, so that a crash forgets nothing that is at the vendor. */
function locked(
  { database }: RegistrationContext,
  { provider }: Connection,
  work: (present: Map<string, Registration>) => Promise<void>,
): Promise<void> {
  return database.transactionInTurn(provider.id, async (transaction: Queryable) => {
    await lockRegistrations(transaction, provider.id);
    const rows = await listRegistrations(database, provider.id);
    await work(new Map(rows.map((row) => [row.target, row])));
  });
}

interface Register extends WantedRegistration {
  row: Registration | undefined;
  isGone?: boolean;
}

async function register(
  context: RegistrationContext,
  connection: Connection,
  registrations: VendorRegistrations,
  { target, events, row: present, isGone = false }: Register,
): Promise<void> {
  const row =
    present ?? (await insertRegistration(context.database, newRow(context, connection, { target, events })));
  const vendor = createVendorClient(context.gateway, connection);
  const wanted = { target, events, ...addressOf(context, connection, row) };
  try {
    let { vendorId } = row;
    if (vendorId === null || isGone) vendorId = await registrations.create(vendor, wanted);
    else await registrations.update(vendor, vendorId, wanted);
    await markRegistered(context.database, row.id, { vendorId, events });
  } catch (cause) {
    throw await failed(context, row, cause);
  }
}

async function unregister(
  context: RegistrationContext,
  connection: Connection,
  registrations: VendorRegistrations,
  row: Registration,
): Promise<void> {
  const vendor = createVendorClient(context.gateway, connection);
  try {
    const vendorId =
      row.vendorId ??
      (await findUnnamed(registrations, vendor, { ...row, ...addressOf(context, connection, row) }));
    if (vendorId !== undefined) await registrations.remove(vendor, vendorId, row.target);
    await removeRegistration(context.database, row.id);
  } catch (cause) {
    throw await failed(context, row, cause);
  }
}

/** A server that died while it made a webhook did not hear its id: making it again takes over one of the same address. */
function findUnnamed(
  registrations: VendorRegistrations,
  vendor: VendorClient,
  wanted: WantedRegistration & RegistrationAddress,
): Promise<string | undefined> {
  // Refused, as it was the first time: then there is none.
  return registrations.create(vendor, wanted).catch(() => undefined);
}

async function failed(
  { database }: RegistrationContext,
  row: Registration,
  cause: unknown,
): Promise<FlowwError> {
  const error =
    cause instanceof FlowwError ? cause : new FlowwError("REGISTRATION_FAILED", undefined, { cause });
  await markRegistrationFailed(database, row.id, error.message);
  return error;
}

function newRow({ vault }: RegistrationContext, { provider }: Connection, wanted: WantedRegistration) {
  const { namespaceId, id: providerId } = provider;
  const id = newUuid();
  const secret = randomBytes(SECRET_BYTES).toString("base64url");
  const record = vault.seal(nameOf({ id, namespaceId }), Buffer.from(secret));
  return { id, namespaceId, providerId, target: wanted.target, events: [...wanted.events], ...record };
}

function addressOf(
  context: RegistrationContext,
  { provider }: Connection,
  row: Registration,
): RegistrationAddress {
  return {
    url: `${eventUrl(context, provider)}/${row.id}`,
    secret: openRegistrationSecret(context.vault, row),
  };
}

/** Where a provider's events come in. */
export function eventUrl(
  { webhookUrl }: Pick<RegistrationContext, "webhookUrl">,
  { key }: { key: string },
): string {
  return `${webhookUrl()}/webhook/${key}`;
}

/** @throws FlowwError SECRET_UNREADABLE */
export function openRegistrationSecret(vault: Vault, row: Registration): string {
  return vault.open(nameOf(row), row).toString("utf8");
}

function nameOf({ id, namespaceId }: { id: string; namespaceId: string }) {
  return { kind: "registration", namespaceId, recordId: id, version: 1 } as const;
}
