import { type Command, jsonOption } from "../command.ts";
import { chooseNamespace, signIn } from "../session.ts";

export const namespaceShow: Command = {
  usage: "namespace show",
  summary: "Show the namespace that commands work in.",
  example: "floww namespace show",
  options: [jsonOption],
  run: async ({ options, environment, terminal }) => {
    const access = await signIn(environment);
    const namespace = chooseNamespace(access.caller.namespaces, access.namespace);
    const from = access.namespaceFrom ?? "being the only one";
    if (options.json === true) return terminal.json({ ...namespace, from });
    terminal.print(namespace.name);
    terminal.note(`${namespace.id}, by ${from}`);
  },
};
