import { type Command, jsonOption, listOf } from "../command.ts";
import { configureProvider, setProvider } from "../providers/configure-provider.ts";
import { describeProvider } from "../providers/print-provider.ts";
import { findProvider, getProviderType, listProviders, type Provider } from "../providers/provider-name.ts";
import { parsePiped, readGiven } from "../providers/read-given.ts";
import { openSession } from "../session.ts";
import { aliasOption, nameOf } from "./providers.ts";

export const providersSet: Command = {
  usage: "providers set <type>",
  summary:
    "Configure a provider, or change some of its fields and keep the others. Asks at a terminal; else takes the secret fields as a JSON object from stdin. The credential is tried first.",
  example: "floww providers set slack --alias team < secrets.json",
  options: [
    aliasOption,
    {
      flags: "--field <name=value>",
      description: "a field that is no secret; may be given several times",
      isRepeatable: true,
    },
    jsonOption,
  ],
  run: async ({ args, options, environment, terminal }) => {
    const session = await openSession(environment);
    const name = nameOf({ args, options });
    const type = await getProviderType(session, name.type);
    const given = readGiven(type, listOf(options, "field"));
    const present = findProvider(await listProviders(session), name);
    const isAsked = terminal.isInteractive && (present === undefined || Object.keys(given).length === 0);
    let written: Provider | undefined;
    if (isAsked) written = await configureProvider(session, terminal, { name, type, present, given });
    else {
      const piped = terminal.isInteractive ? {} : parsePiped(type, await terminal.readInput());
      written = await setProvider(session, name, { ...piped, ...given });
    }
    if (written === undefined) return terminal.note("Nothing was configured.");
    if (options.json === true) return terminal.json(written);
    for (const line of describeProvider(written)) terminal.print(line);
    terminal.note(`${present === undefined ? "Configured" : "Changed"} in ${session.namespace.name}.`);
  },
};
