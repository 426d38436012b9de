import { type Command, jsonOption } from "../command.ts";
import { readSettingValues } from "../settings/setting-keys.ts";

export const configList: Command = {
  usage: "config list",
  summary: "List the settings in force, and where each comes from.",
  example: "floww config list",
  options: [jsonOption],
  run: async ({ options, environment, terminal }) => {
    const settings = await readSettingValues(environment);
    if (options.json === true) return terminal.json(settings);
    terminal.table(
      ["KEY", "VALUE", "FROM"],
      settings.map(({ key, value, from }) => [key, value ?? "not set", from ?? ""]),
    );
  },
};
