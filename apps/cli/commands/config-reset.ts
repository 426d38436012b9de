import type { Command } from "../command.ts";
import { readSettingKey, resetSetting, settingKeys } from "../settings/setting-keys.ts";

export const configReset: Command = {
  usage: "config reset [key]",
  summary: "Forget a setting, or all of them; you stay signed in.",
  example: "floww config reset server",
  options: [],
  run: async ({ args, environment, terminal }) => {
    // The namespace belongs to the server in force, so it goes first.
    const keys = args[0] === undefined ? settingKeys.toReversed() : [readSettingKey(args[0])];
    for (const key of keys) await resetSetting(environment, key);
    terminal.note(`Forgotten: ${keys.join(", ")}.`);
  },
};
