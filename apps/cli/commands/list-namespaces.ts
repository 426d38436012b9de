import { type Command, jsonOption } from "../command.ts";
import { signIn } from "../session.ts";

export const listNamespaces: Command = {
  usage: "list namespaces",
  summary: "List the namespaces that are open to you.",
  example: "floww list namespaces --json",
  options: [jsonOption],
  run: async ({ options, environment, terminal }) => {
    const { caller, namespace } = await signIn(environment);
    const isOnly = caller.namespaces.length === 1;
    const items = caller.namespaces.map(({ id, name }) => ({
      id,
      name,
      isSelected: namespace === undefined ? isOnly : namespace === name || namespace === id,
    }));
    if (options.json === true) return terminal.json(items);
    if (items.length === 0) return terminal.note("None is open to you. Ask an owner to add you to one.");
    terminal.table(
      ["NAME", "SELECTED", "ID"],
      items.map(({ name, isSelected, id }) => [name, isSelected ? "yes" : "", id]),
    );
  },
};
