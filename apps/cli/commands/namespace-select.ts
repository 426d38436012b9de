import { FlowwError } from "@floww/contract/errors";
import type { Command } from "../command.ts";
import { signIn } from "../session.ts";
import { changeProfile } from "../settings/profile.ts";

export const namespaceSelect: Command = {
  usage: "namespace select",
  summary: "Choose the namespace to work in from a list.",
  example: "floww namespace select",
  options: [],
  run: async ({ environment, terminal }) => {
    const { caller, serverUrl } = await signIn(environment);
    const names = caller.namespaces.map(({ name }) => name);
    if (names.length === 0)
      throw new FlowwError("NOT_FOUND", "No namespace is open to you.", {
        fix: "Ask an owner to add you to one.",
      });
    const instead = `Run \`floww namespace set <name>\` with one of: ${names.join(", ")}.`;
    const name = await terminal.choose("Which namespace?", names, instead);
    if (name === undefined) return terminal.note("Nothing was changed.");
    await changeProfile(environment.configFolder, serverUrl, { namespace: name });
    terminal.note(`Commands on ${serverUrl} work in ${name} from now on.`);
  },
};
