import { randomBytes } from "node:crypto";
import { FlowwError } from "@floww/contract/errors";
import { limits } from "@floww/contract/limits";
import type { Fields, ProviderServer, SetupField } from "@floww/providers/server";
import type { Queryable } from "../../platform/db/database.ts";
import { newUuid } from "../../platform/uuid-v7.ts";
import { refuseForeign } from "../secrets/set-secret.ts";
import type { Vault } from "../secrets/vault.ts";
import { openSecrets } from "./connection.ts";
import type { Gateway } from "./gateway/gateway.ts";
import { createVendorClient } from "./gateway/vendor-client.ts";
import { getProviderServer, type ProviderServers } from "./provider-servers.ts";
import { findProvider, listProviders, type Provider, type ProviderKey, upsertProvider } from "./store.ts";

export interface ProvidersContext {
  database: Queryable;
  vault: Vault;
  gateway: Gateway;
  providerServers: ProviderServers;
}

/** Begins the part of a webhook address that is a provider's and not a workflow's. */
export const PROVIDER_KEY_PREFIX = "prv_";
const KEY_BYTES = 18;

interface SetRequest extends ProviderKey {
  fields: Record<string, string>;
  updatedBy: string;
}

/**
 * Configures a provider, or changes the fields that are given. What is stored has been tried at the vendor.
 *
 * @throws FlowwError PROVIDER_TYPE_UNKNOWN, PROVIDER_FIELDS_INVALID, PROVIDER_CREDENTIAL_REFUSED, PROVIDER_UNREACHABLE,
 * STATE_CONFLICT, CONFLICT_RETRY, SECRET_UNREADABLE
 */
export async function setProvider(
  context: ProvidersContext,
  namespaceId: string,
  { type, alias, fields: given, updatedBy }: SetRequest,
): Promise<Provider> {
  const { database, vault } = context;
  const server = getProviderServer(context.providerServers, type);
  const present = await findProvider(database, namespaceId, { type, alias });
  refuseForeign(vault, present);
  if (present === undefined) await refuseFull(database, namespaceId);
  const stored = present === undefined ? {} : { ...present.settings, ...openSecrets(vault, present) };
  const fields = checkedFields(server, { ...stored, ...given });
  const id = present?.id ?? newUuid();
  const version = (present?.version ?? 0) + 1;
  const [settings, secrets] = split(server.fields, fields);
  const record = vault.seal(
    { kind: "provider", namespaceId, recordId: id, version },
    Buffer.from(JSON.stringify(secrets)),
  );
  const row = {
    id,
    namespaceId,
    type,
    alias,
    key: present?.key ?? PROVIDER_KEY_PREFIX + randomBytes(KEY_BYTES).toString("base64url"),
    settings,
    secretFields: Object.keys(secrets),
    version,
    ...record,
    account: "",
    updatedBy,
  };
  const unknown = { failure: null, credentialFailure: null, credentialExpiresAt: null };
  const tried = { ...row, ...unknown, lastUsedAt: null, createdAt: new Date(), updatedAt: new Date() };
  const { account } = await server.identify(
    createVendorClient(context.gateway, { provider: tried, server, fields }),
  );
  const written = await upsertProvider(database, { ...row, account });
  if (written === undefined) throw new FlowwError("CONFLICT_RETRY");
  return written;
}

/** An empty text takes an optional field's value away. */
function checkedFields(server: ProviderServer, given: Record<string, string>): Fields {
  const fields: Record<string, string> = {};
  for (const { name, label, isOptional } of server.fields) {
    const value = given[name]?.trim() ?? "";
    if (value !== "") fields[name] = value;
    else if (isOptional !== true)
      throw new FlowwError("PROVIDER_FIELDS_INVALID", `${server.title} needs the field ${name} (${label}).`);
  }
  const unknown = Object.keys(given).filter((name) => !server.fields.some((field) => field.name === name));
  if (unknown.length > 0) {
    const known = server.fields.map(({ name }) => name).join(", ");
    throw new FlowwError("PROVIDER_FIELDS_INVALID", `${server.title} has no field ${unknown.join(", ")}.`, {
      fix: `It has: ${known}.`,
    });
  }
  server.checkFields?.(fields);
  return fields;
}

function split(
  known: readonly SetupField[],
  fields: Fields,
): [Record<string, string>, Record<string, string>] {
  const isSecret = new Set(known.filter((field) => field.isSecret).map(({ name }) => name));
  const entries = Object.entries(fields);
  return [
    Object.fromEntries(entries.filter(([name]) => !isSecret.has(name))),
    Object.fromEntries(entries.filter(([name]) => isSecret.has(name))),
  ];
}

async function refuseFull(database: Queryable, namespaceId: string): Promise<void> {
  if ((await listProviders(database, namespaceId)).length < limits.providersPerNamespaceMax) return;
  throw new FlowwError(
    "STATE_CONFLICT",
    `The namespace has ${limits.providersPerNamespaceMax} providers, the most there may be.`,
  );
}
