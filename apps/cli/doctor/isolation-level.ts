import { findLocalServer } from "../settings/local-server.ts";
import type { Check } from "./check.ts";

const MEANINGS: Readonly<Record<string, string>> = {
  bubblewrap: "bubblewrap: handlers have their own processes, files and network",
  permission: "Node's permission model: a seat belt, not a wall; `apt-get install bubblewrap` gives one",
};

/** Known of the server on this machine: it writes it down. */
export const isolationLevel: Check = {
  name: "isolation",
  needs: ["server"],
  run: async ({ environment, access }) => {
    const local = await findLocalServer(environment.home);
    const isSame = local !== undefined && [local.url, local.publicUrl].includes(access?.serverUrl);
    if (!isSame || local.isolation === undefined) return { leftOut: "the server does not tell it" };
    return MEANINGS[local.isolation] ?? local.isolation;
  },
};
