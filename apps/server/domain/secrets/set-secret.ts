import { FlowwError } from "@floww/contract/errors";
import { limits } from "@floww/contract/limits";
import type { Queryable } from "../../platform/db/database.ts";
import { newUuid } from "../../platform/uuid-v7.ts";
import { findSecret, listSecrets, type SecretKey, type SecretRow, upsertSecret } from "./store.ts";
import type { Vault } from "./vault.ts";

export interface SecretsContext {
  database: Queryable;
  vault: Vault;
}

/** @throws FlowwError VALUE_TOO_LARGE, STATE_CONFLICT, CONFLICT_RETRY, SECRET_UNREADABLE */
export async function setSecret(
  { database, vault }: SecretsContext,
  namespaceId: string,
  { value, updatedBy, ...key }: SecretKey & { value: Record<string, unknown>; updatedBy: string },
): Promise<SecretRow> {
  const plaintext = Buffer.from(JSON.stringify(value));
  if (plaintext.byteLength > limits.secretBytesMax) {
    throw new FlowwError(
      "VALUE_TOO_LARGE",
      `The secret has ${plaintext.byteLength} bytes; ${limits.secretBytesMax} is the most.`,
    );
  }
  const present = await findSecret(database, namespaceId, key);
  refuseForeign(vault, present);
  if (present === undefined) await refuseFull(database, namespaceId);
  const id = present?.id ?? newUuid();
  const version = (present?.version ?? 0) + 1;
  const record = vault.seal({ kind: "secret", namespaceId, recordId: id, version }, plaintext);
  const row = { id, version, ...key, ...record, fields: Object.keys(value), updatedBy };
  const written = await upsertSecret(database, namespaceId, row);
  if (written === undefined) throw new FlowwError("CONFLICT_RETRY");
  return written;
}

/** What a key wrote that is not here may still be wanted: it goes by an explicit delete and never by a write over it. */
export function refuseForeign(vault: Vault, present: { keyId: string } | undefined): void {
  if (present === undefined || vault.has(present.keyId)) return;
  throw new FlowwError("SECRET_UNREADABLE", "The value that is there was encrypted with another key.");
}

async function refuseFull(database: Queryable, namespaceId: string): Promise<void> {
  const rows = await listSecrets(database, namespaceId);
  if (rows.length < limits.secretsPerNamespaceMax) return;
  throw new FlowwError(
    "STATE_CONFLICT",
    `The namespace has ${limits.secretsPerNamespaceMax} secrets, the most there may be.`,
  );
}
