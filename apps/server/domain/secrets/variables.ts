import { FlowwError } from "@floww/contract/errors";
import { limits } from "@floww/contract/limits";
import type { Database } from "../../platform/db/database.ts";
import { newUuid } from "../../platform/uuid-v7.ts";
import { refuseForeign, type SecretsContext } from "./set-secret.ts";
import {
  listVariables,
  notifyVariablesChanged,
  removeVariable,
  upsertVariable,
  type VariableOwner,
  type VariableRow,
} from "./variable-store.ts";
import type { Vault } from "./vault.ts";

interface VariablesContext {
  database: Database;
  vault: Vault;
}

/** A workflow's `process.env`. @throws FlowwError SECRET_UNREADABLE */
export async function readVariables(
  { database, vault }: SecretsContext,
  owner: VariableOwner,
): Promise<Record<string, string>> {
  const rows = await listVariables(database, owner);
  return Object.fromEntries(
    rows.map((row) => [row.name, vault.open(recordName(owner, row), row).toString("utf8")]),
  );
}

/** @throws FlowwError VALUE_TOO_LARGE, STATE_CONFLICT, CONFLICT_RETRY, SECRET_UNREADABLE */
export async function setVariable(
  { database, vault }: VariablesContext,
  owner: VariableOwner,
  { name, value, updatedBy }: { name: string; value: string; updatedBy: string },
): Promise<VariableRow> {
  const plaintext = Buffer.from(value);
  if (plaintext.byteLength > limits.variableBytesMax) {
    throw new FlowwError(
      "VALUE_TOO_LARGE",
      `The variable has ${plaintext.byteLength} bytes; ${limits.variableBytesMax} is the most.`,
    );
  }
  const rows = await listVariables(database, owner);
  const present = rows.find((row) => row.name === name);
  refuseForeign(vault, present);
  if (present === undefined && rows.length >= limits.variablesPerWorkflowMax) {
    throw new FlowwError(
      "STATE_CONFLICT",
      `The workflow has ${limits.variablesPerWorkflowMax} variables, the most there may be.`,
    );
  }
  const next = { id: present?.id ?? newUuid(), version: (present?.version ?? 0) + 1 };
  const record = vault.seal(recordName(owner, next), plaintext);
  return database.transaction(async (transaction) => {
    const written = await upsertVariable(transaction, owner, { ...next, name, ...record, updatedBy });
    if (written === undefined) throw new FlowwError("CONFLICT_RETRY");
    await notifyVariablesChanged(transaction, owner.workflowId);
    return written;
  });
}

/** @throws FlowwError NOT_FOUND */
export async function deleteVariable(database: Database, owner: VariableOwner, name: string): Promise<void> {
  await database.transaction(async (transaction) => {
    if (!(await removeVariable(transaction, owner, name)))
      throw new FlowwError("NOT_FOUND", `The workflow has no variable "${name}".`);
    await notifyVariablesChanged(transaction, owner.workflowId);
  });
}

function recordName({ namespaceId }: VariableOwner, { id, version }: { id: string; version: number }) {
  return { kind: "variable", namespaceId, recordId: id, version } as const;
}
