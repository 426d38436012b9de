import { providerTables } from "../../domain/providers/sealed-tables.ts";
import { rotateKeys } from "../../domain/secrets/rotation/rotate-keys.ts";
import { secretTables } from "../../domain/secrets/rotation/sealed-table.ts";
import type { OperatorCommand } from "../command.ts";
import { refuseArguments } from "../refuse-arguments.ts";
import { openOperatorKeys } from "./open-operator-keys.ts";

export const rotateKeysCommand: OperatorCommand = {
  name: "keys rotate",
  usage: "",
  summary: "Encrypt every record again under a new key, while servers run, and remove the older ones.",
  run: async (context, args) => {
    refuseArguments("keys rotate", args);
    await using opened = new AsyncDisposableStack();
    const tables = [...secretTables, ...providerTables];
    const rotation = await rotateKeys({ ...(await openOperatorKeys(context, opened)), tables });
    const { version, isContinued, records, removed, unreadable } = rotation;
    if (isContinued) context.say(`An earlier rotation to key ${version} went on.`);
    context.say(`Records are encrypted under key ${version}: ${records} were encrypted again.`);
    if (removed.length > 0) context.say(`Removed: key ${removed.join(", ")}.`);
    for (const record of unreadable)
      context.say(`Does not open, and keeps its key: ${record}. Delete it or set it again.`);
  },
};
