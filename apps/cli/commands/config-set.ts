import type { Command } from "../command.ts";
import { changeSetting, readSettingKey } from "../settings/setting-keys.ts";

export const configSet: Command = {
  usage: "config set <key> <value>",
  summary: "Remember a setting: server, or namespace (of that server).",
  example: "floww config set server https://floww.example.com",
  options: [],
  run: async ({ args, environment, terminal }) => {
    const [key, value] = [readSettingKey(args[0]), args[1]!];
    await changeSetting(environment, key, value);
    terminal.note(`${key} is ${value} from now on.`);
    if (environment[key] !== undefined) {
      terminal.note(
        `warning: FLOWW_${key.toUpperCase()} is set to "${environment[key]}" and wins while it is.`,
      );
    }
  },
};
