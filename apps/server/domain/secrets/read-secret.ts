import { FlowwError } from "@floww/contract/errors";
import type { Queryable } from "../../platform/db/database.ts";
import type { SecretsContext } from "./set-secret.ts";
import { findSecret, listSecrets, type SecretKey } from "./store.ts";

/** The value as JSON text; for runs only. @throws FlowwError SECRET_MISSING, SECRET_UNREADABLE */
export async function readSecret(
  { database, vault }: SecretsContext,
  namespaceId: string,
  key: SecretKey,
): Promise<string> {
  const row = await findSecret(database, namespaceId, key);
  if (row === undefined) throw secretsMissing([key]);
  const name = { kind: "secret", namespaceId, recordId: row.id, version: row.version } as const;
  return vault.open(name, row).toString("utf8");
}

/** What a version declares must be set before it goes live. @throws FlowwError SECRET_MISSING that names the commands */
export async function requireSecrets(
  database: Queryable,
  namespaceId: string,
  declared: readonly DeclaredSecret[],
): Promise<void> {
  if (declared.length === 0) return;
  const rows = await listSecrets(database, namespaceId);
  const present = new Set(rows.map(nameOf));
  const missing = new Map(
    declared.filter((key) => !present.has(nameOf(key))).map((key) => [nameOf(key), key]),
  );
  if (missing.size > 0) throw secretsMissing([...missing.values()]);
}

interface DeclaredSecret extends SecretKey {
  jsonSchema?: Record<string, unknown> | undefined;
}

function nameOf({ name, credential }: SecretKey): string {
  return JSON.stringify([name, credential]);
}

function secretsMissing(missing: readonly DeclaredSecret[]): FlowwError {
  const names = missing.map(({ name, credential }) =>
    credential === "default" ? name : `${name} (${credential})`,
  );
  const isOne = missing.length === 1;
  return new FlowwError(
    "SECRET_MISSING",
    `The workflow uses ${isOne ? "a secret that is" : "secrets that are"} not set: ${names.join(", ")}.`,
    { fix: `Run: ${missing.map(commandFor).join(" && ")}`, details: { missing: names } },
  );
}

function commandFor({ name, credential, jsonSchema }: DeclaredSecret): string {
  const fields = fieldsOf(jsonSchema);
  const options = [
    credential === "default" ? "" : ` --credential ${credential}`,
    fields.length === 0 ? "" : ` --field ${fields.join(",")}`,
  ];
  return `floww secrets set ${name}${options.join("")}`;
}

/** Only names that a shell leaves alone: they came out of user code, and somebody will paste this. */
function fieldsOf(jsonSchema: DeclaredSecret["jsonSchema"]): string[] {
  const properties: unknown = jsonSchema?.properties;
  if (typeof properties !== "object" || properties === null) return [];
  return Object.keys(properties).filter((field) => /^[A-Za-z0-9_.-]{1,128}$/.test(field));
}
