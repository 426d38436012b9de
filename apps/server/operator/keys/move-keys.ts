import { FlowwError } from "@floww/contract/errors";
import { readKeysConfig } from "../../config/keys-config.ts";
import { moveKeys } from "../../domain/secrets/rotation/move-keys.ts";
import { openKeyWrapper } from "../../start/open-key-wrapper.ts";
import type { OperatorCommand } from "../command.ts";
import { openOperatorDatabase } from "../operator-database.ts";

export const moveKeysCommand: OperatorCommand = {
  name: "keys move",
  usage: "<file|kms:region/key id>",
  summary: "Wrap the keys with something else than FLOWW_KEYS says now; set FLOWW_KEYS to it afterwards.",
  run: async ({ config, say, report }, args) => {
    const [target, ...more] = args;
    if (target === undefined || more.length > 0)
      throw new FlowwError("COMMAND_INVALID", "floww-server keys move takes one argument: where to.");
    const keys = readKeysConfig(target);
    if (keys.kind === "file" && config.keys.kind === "file")
      throw new FlowwError("COMMAND_INVALID", "The keys are wrapped by a file already.");
    await using opened = new AsyncDisposableStack();
    const database = await openOperatorDatabase(config, opened, report);
    const from = await openKeyWrapper(database, config, opened);
    // A file that keys are moved to is a new one, unless it is there.
    const to = await openKeyWrapper(database, { ...config, keys }, opened, { mayCreate: true });
    const count = await moveKeys(database, { from, to });
    say(`${count} keys are wrapped by ${to.name}, and not by ${from.name} any more.`);
    say(`Set FLOWW_KEYS=${target} for every server before it starts again.`);
  },
};
