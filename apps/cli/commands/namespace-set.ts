import type { Command } from "../command.ts";
import { chooseNamespace, signIn } from "../session.ts";
import { changeProfile } from "../settings/profile.ts";

export const namespaceSet: Command = {
  usage: "namespace set <name>",
  summary: "Work in this namespace from now on, on this server.",
  example: "floww namespace set staging",
  options: [],
  run: async ({ args, environment, terminal }) => {
    const { caller, serverUrl } = await signIn(environment);
    const { name } = chooseNamespace(caller.namespaces, args[0]);
    await changeProfile(environment.configFolder, serverUrl, { namespace: name });
    terminal.note(`Commands on ${serverUrl} work in ${name} from now on.`);
    if (environment.namespace !== undefined) {
      terminal.note(`warning: FLOWW_NAMESPACE is set to "${environment.namespace}" and wins while it is.`);
    }
  },
};
