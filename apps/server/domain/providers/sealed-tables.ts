import type { SealedTable } from "../secrets/rotation/sealed-table.ts";

export const providerTables: SealedTable[] = [
  { name: "providers", kind: "provider", version: "version" },
  { name: "registrations", kind: "registration", version: "1" },
];
