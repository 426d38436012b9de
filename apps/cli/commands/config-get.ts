import { FlowwError } from "@floww/contract/errors";
import { type Command, jsonOption } from "../command.ts";
import { readSettingKey, readSettingValues } from "../settings/setting-keys.ts";

export const configGet: Command = {
  usage: "config get <key>",
  summary: "Print the value of a setting that is in force.",
  example: "floww config get server",
  options: [jsonOption],
  run: async ({ args, options, environment, terminal }) => {
    const key = readSettingKey(args[0]);
    const found = (await readSettingValues(environment)).find((setting) => setting.key === key);
    if (options.json === true) return terminal.json(found);
    if (found?.value !== undefined) return terminal.print(found.value);
    throw new FlowwError("NOT_FOUND", `No ${key} is set.`, {
      fix: `\`floww config set ${key} <value>\` sets one.`,
    });
  },
};
