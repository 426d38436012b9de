import { type Command, type CommandCall, jsonOption, textOf } from "../command.ts";
import { exitCodes } from "../exit-code.ts";
import { describeProvider, printProviders, printTypes } from "../providers/print-provider.ts";
import {
  DEFAULT_ALIAS,
  getProvider,
  listProviders,
  type ProviderName,
  shownName,
} from "../providers/provider-name.ts";
import { openSession } from "../session.ts";

export const aliasOption = {
  flags: "--alias <alias>",
  description: "which of several providers of the type (default: default)",
};

/** The provider that a command line names. */
export function nameOf({ args, options }: Pick<CommandCall, "args" | "options">): ProviderName {
  return { type: args[0] ?? "", alias: textOf(options, "alias") ?? DEFAULT_ALIAS };
}

export const providersList: Command = {
  usage: "providers list",
  summary: "List the configured providers: account, health, webhooks, who uses them.",
  example: "floww providers list --json",
  options: [jsonOption],
  run: async ({ options, environment, terminal }) => {
    const session = await openSession(environment);
    const providers = await listProviders(session);
    if (options.json === true) return terminal.json(providers);
    if (providers.length > 0) return printProviders(terminal, providers);
    terminal.note(
      `No provider is configured in ${session.namespace.name} yet. \`floww providers types\` lists what can be.`,
    );
  },
};

export const providersTypes: Command = {
  usage: "providers types",
  summary: "List the services that can be configured, with the fields of each.",
  example: "floww providers types",
  options: [jsonOption],
  run: async ({ options, environment, terminal }) => {
    const { client } = await openSession(environment);
    const { items } = await client.listProviderTypes({});
    if (options.json === true) return terminal.json(items);
    printTypes(terminal, items);
    terminal.note("\n`floww providers set <type>` configures one.");
  },
};

export const providersCheck: Command = {
  usage: "providers check <type>",
  summary:
    "Try the credential and the webhooks at the service, and repair what drifted. Exits with 1 when it fails.",
  example: "floww providers check github --alias work",
  options: [aliasOption, jsonOption],
  run: async ({ args, options, environment, terminal }) => {
    const session = await openSession(environment);
    const { id: providerId } = await getProvider(session, nameOf({ args, options }));
    const params = { namespaceId: session.namespace.id, providerId };
    const provider = await session.client.checkProvider({ params });
    if (options.json === true) terminal.json(provider);
    else for (const line of describeProvider(provider)) terminal.print(line);
    return provider.status === "working" ? exitCodes.ok : exitCodes.wentWrong;
  },
};

export const providersDelete: Command = {
  usage: "providers delete <type>",
  summary: "Delete a provider and its webhooks at the service; calls through it fail from then on.",
  example: "floww providers delete slack --alias team --yes",
  options: [
    aliasOption,
    { flags: "--force", description: "also when live workflows use it" },
    { flags: "--yes", description: "do not ask" },
  ],
  run: async ({ args, options, environment, terminal }) => {
    const session = await openSession(environment);
    const name = nameOf({ args, options });
    const { id: providerId } = await getProvider(session, name);
    const question = `Delete ${shownName(name)} from ${session.namespace.name}?`;
    const isSure = options.yes === true || (await terminal.confirm(question, "--yes"));
    if (!isSure) return terminal.note("Nothing was deleted.");
    const params = { namespaceId: session.namespace.id, providerId };
    await session.client.deleteProvider({
      params,
      query: { force: options.force === true ? "true" : "false" },
    });
    terminal.print(`${shownName(name)} is deleted from ${session.namespace.name}.`);
  },
};
