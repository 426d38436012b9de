import { findCurrent, listKeys } from "../../domain/secrets/keys/store.ts";
import type { OperatorCommand } from "../command.ts";
import { openOperatorDatabase } from "../operator-database.ts";
import { refuseArguments } from "../refuse-arguments.ts";

export const listKeysCommand: OperatorCommand = {
  name: "keys list",
  usage: "",
  summary: "Show the keys of the database, and what wraps each.",
  run: async ({ config, say, report }, args) => {
    refuseArguments("keys list", args);
    await using opened = new AsyncDisposableStack();
    const keys = await listKeys(await openOperatorDatabase(config, opened, report));
    const current = findCurrent(keys);
    for (const key of keys) {
      const note = key === current ? "  current" : key.currentSince === null ? "  not taken up yet" : "";
      const wrappedBy = key.wrappedBy ?? "master.key, not taken up yet";
      say(`${key.use} ${key.version}  ${key.id}  ${key.createdAt.toISOString()}  ${wrappedBy}${note}`);
    }
  },
};
