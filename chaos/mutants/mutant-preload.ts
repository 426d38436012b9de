import type { Preload } from "../system/chaos-server.ts";
import { type MutantName, mutants } from "./mutants.ts";

export function mutantPreload(name: MutantName): Preload {
  const module = new URL("./preload.ts", import.meta.url);
  module.searchParams.set("mutant", name);
  return { module, announces: `mutant: ${mutants[name].name}\n` };
}
