import type { Command } from "../command.ts";
import { providersList } from "./providers.ts";

/** The published name of `providers list`. */
export const listProviders: Command = {
  ...providersList,
  usage: "list providers",
  example: "floww list providers --json",
};
