import { stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { FlowwError } from "@floww/contract/errors";
import { MASTER_KEY_FILE } from "../../platform/keys/master-key-file.ts";
import type { OperatorCommand } from "../command.ts";
import { openOperatorDatabase } from "../operator-database.ts";
import { writeBackup } from "./write-backup.ts";

const WITH_KEY = "--with-master-key";

export const backupCommand: OperatorCommand = {
  name: "backup",
  usage: `<file> [${WITH_KEY}]`,
  summary:
    "Write all that the server has into one file, while it runs. Without master.key, unless you ask for it.",
  run: async ({ config, say, report }, args) => {
    const [name, ...more] = args.filter((arg) => arg !== WITH_KEY);
    if (name === undefined || more.length > 0 || name.startsWith("-"))
      throw new FlowwError("COMMAND_INVALID", "floww-server backup takes one file, which is not there yet.");
    const file = resolve(name);
    const isFile = config.keys.kind === "file";
    const hasMasterKey = isFile && args.includes(WITH_KEY);
    await using opened = new AsyncDisposableStack();
    const database = await openOperatorDatabase(config, opened, report);
    const { head, entries, bytes } = await writeBackup({ database, config, file, hasMasterKey });
    const { size } = await stat(file);
    say(`${file}: everything up to ${head.takenAt}, ${entries} entries, ${bytes} bytes in ${size}.`);
    for (const folder of ["artifacts", "registry"] as const)
      if (head[folder] === "elsewhere")
        say(`NOT in it: ${folder}, which are not on this machine's disk. Back them up there.`);
    const masterKey = join(config.home, MASTER_KEY_FILE);
    if (hasMasterKey)
      say(
        `WARNING: the file holds ${MASTER_KEY_FILE}. Whoever has it reads every secret and credential in it.`,
      );
    else if (isFile)
      say(
        `NOT in it: ${masterKey}. WITHOUT THAT FILE NO SECRET OF THE BACKUP CAN BE READ. Keep a copy of it elsewhere.`,
      );
    else
      say(
        `Its keys are wrapped by ${head.keysWrappedBy.join(", ")}: without that key of AWS KMS no secret can be read.`,
      );
  },
};
