import type { ProviderMapping } from "../domain/providers/store.ts";
import { uuidOf } from "./route-handler.ts";

/** `providers` of floww.yaml, as the contract has it, one line a name. */
export function readMappings(providers: Record<string, Record<string, string>>): ProviderMapping[] {
  return Object.entries(providers).flatMap(([type, aliases]) =>
    Object.entries(aliases).map(([alias, id]) => ({ type, alias, providerId: uuidOf("provider", id) })),
  );
}
