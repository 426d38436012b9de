import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { FlowwError } from "@floww/contract/errors";
import { MASTER_KEY_FILE } from "../../platform/keys/master-key-file.ts";
import type { OperatorCommand } from "../command.ts";
import { openEmptyTarget } from "./empty-target.ts";
import { readBackup } from "./read-backup.ts";

export const restoreCommand: OperatorCommand = {
  name: "restore",
  usage: "<file>",
  summary:
    "Put a backup into an empty FLOWW_HOME (and an empty DATABASE_URL), for a server that starts afterwards.",
  run: async ({ config, say, report }, args) => {
    const [name, ...more] = args;
    if (name === undefined || more.length > 0)
      throw new FlowwError("COMMAND_INVALID", "floww-server restore takes one file.");
    await using opened = new AsyncDisposableStack();
    const { database, succeed } = await openEmptyTarget(config, opened, report);
    const head = await readBackup({ database, home: config.home, file: resolve(name) });
    await succeed();
    say(
      `${config.home} has everything up to ${head.takenAt}. Let no server go on with what the backup was taken of.`,
    );
    const masterKey = join(config.home, MASTER_KEY_FILE);
    const isFile = head.keysWrappedBy.some((wrapper) => wrapper.startsWith("file:"));
    if (isFile && !existsSync(masterKey))
      say(`MISSING: ${masterKey}. Put the one of the backed-up server there before you start this one.`);
    if (!isFile) say(`Its keys are wrapped by ${head.keysWrappedBy.join(", ")}: set FLOWW_KEYS to it.`);
  },
};
