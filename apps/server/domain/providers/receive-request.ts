import type { Received } from "@floww/providers/server";
import type { Queryable } from "../../platform/db/database.ts";
import type { Vault } from "../secrets/vault.ts";
import type { Connection } from "./connection.ts";
import { openRegistrationSecret } from "./registrations/keep-registrations.ts";
import { findRegistration } from "./registrations/store.ts";

const REGISTRATION_PATH = /^\/([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})$/;

export interface InboundVendorRequest {
  /** Below the provider's key: the id of a registration, where the vendor has those. */
  path: string;
  headers: [string, string][];
  body: Buffer;
  receivedAtMs: number;
}

/** A verifier that throws refuses: nothing that it did not vouch for goes on. */
export async function receiveRequest(
  context: { database: Queryable; vault: Vault; report(error: unknown): void },
  { provider, server, fields }: Connection,
  { path, headers, body, receivedAtMs }: InboundVendorRequest,
): Promise<Received> {
  try {
    const id = REGISTRATION_PATH.exec(path)?.[1];
    const row = id === undefined ? undefined : await findRegistration(context.database, provider.id, id);
    const registration =
      row === undefined ? {} : { registration: openRegistrationSecret(context.vault, row) };
    return server.receive({ method: "POST", headers, body, receivedAtMs }, { fields, ...registration });
  } catch (error) {
    context.report(error);
    return { kind: "refused", reason: "it could not be verified" };
  }
}
