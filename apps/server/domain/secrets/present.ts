import type { secretMetadata, variableMetadata } from "@floww/contract/api";
import type { z } from "zod";
import type { SecretRow } from "./store.ts";
import type { VariableRow } from "./variable-store.ts";

/** Everything but the value: no function here is ever given one. */
export function presentSecret(row: Omit<SecretRow, "sealed">): z.input<typeof secretMetadata> {
  const { name, credential, fields } = row;
  return { name, credential, fields, ...presentVersion(row) };
}

export function presentVariable(row: Omit<VariableRow, "sealed">): z.input<typeof variableMetadata> {
  return { name: row.name, ...presentVersion(row) };
}

function presentVersion({
  version,
  createdAt,
  updatedAt,
  updatedBy,
}: Pick<SecretRow, "version" | "createdAt" | "updatedAt" | "updatedBy">) {
  return { version, createdAt: createdAt.toISOString(), updatedAt: updatedAt.toISOString(), updatedBy };
}
