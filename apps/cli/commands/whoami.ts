import { type Command, jsonOption } from "../command.ts";
import { signIn } from "../session.ts";

export const whoami: Command = {
  usage: "whoami",
  summary: "Say who you are, on which server, and why.",
  example: "floww whoami --json",
  options: [jsonOption],
  run: async ({ options, environment, terminal }) => {
    const { caller, serverUrl, serverFrom, tokenFrom, namespace } = await signIn(environment);
    if (options.json === true) return terminal.json({ ...caller, server: serverUrl, namespace });
    const names = caller.namespaces.map(({ name }) => name);
    const facts = [
      ["you", `${caller.name} (${caller.kind} ${caller.id})`],
      ["role", caller.organizations.map(({ role, name }) => `${role} of ${name}`).join(", ")],
      ["server", `${serverUrl} (${serverFrom})`],
      ["signed in", `by ${tokenFrom}`],
      ["namespaces", names.map((name) => (name === namespace ? `${name} (selected)` : name)).join(", ")],
    ];
    for (const [name, value] of facts) terminal.print(`${name!.padEnd(10)}  ${value}`);
  },
};
