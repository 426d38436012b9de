import type { CredentialState } from "@floww/providers/server";
import type { Queryable } from "../../platform/db/database.ts";
import type { Connection } from "./connection.ts";
import { markCredential, type Provider } from "./store.ts";

const DAY_MS = 24 * 60 * 60 * 1000;
/** Time enough to make a new one. */
export const WARN_BEFORE_MS = 14 * DAY_MS;

/** Keeps what the vendor's answers say of a credential beside its provider, when it is something new. */
export async function noteCredential(
  database: Queryable,
  { provider }: Connection,
  state: CredentialState,
): Promise<void> {
  const { credentialFailure, credentialExpiresAt } = provider;
  const failure = state.kind === "refused" ? `${state.reason}.` : null;
  // What refuses says no more of when.
  const expiresAt = state.kind === "refused" ? credentialExpiresAt : (state.expiresAt ?? null);
  if (failure === credentialFailure && expiresAt?.getTime() === credentialExpiresAt?.getTime()) return;
  await markCredential(database, provider, { failure, expiresAt });
}

/** What is to be said of a credential that is dead or dying; undefined of any other. */
export function describeCredential(
  { type, alias, credentialFailure, credentialExpiresAt: expiresAt }: Provider,
  nowMs = Date.now(),
): string | undefined {
  const fix = `Make a new one, then: floww providers set ${type}${alias === "default" ? "" : ` --alias ${alias}`}`;
  if (credentialFailure !== null) return `${type} (${alias}): ${credentialFailure} ${fix}`;
  if (expiresAt === null || expiresAt.getTime() - nowMs > WARN_BEFORE_MS) return undefined;
  const verb = expiresAt.getTime() > nowMs ? "expires" : "expired";
  return `${type} (${alias}): its credential ${verb} on ${expiresAt.toISOString().slice(0, 10)}. ${fix}`;
}
