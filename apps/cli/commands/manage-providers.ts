import type { Command } from "../command.ts";
import { configureProvider } from "../providers/configure-provider.ts";
import { describeProvider, printProviders } from "../providers/print-provider.ts";
import {
  DEFAULT_ALIAS,
  findProvider,
  listProviders,
  type ProviderName,
  shownName,
} from "../providers/provider-name.ts";
import { openSession, type Session } from "../session.ts";
import type { Terminal } from "../terminal.ts";

const INSTEAD = "Use `floww providers list`, `set`, `check` and `delete`.";

/** The published name for going through the providers at a terminal. */
export const manageProviders: Command = {
  usage: "manage providers",
  summary: "Show the configured providers, and configure or change one, question by question.",
  example: "floww manage providers",
  options: [],
  run: async ({ environment, terminal }) => {
    const session = await openSession(environment);
    const configured = await listProviders(session);
    printProviders(terminal, configured);
    const name = await choose(session, terminal, configured);
    if (name === undefined) return terminal.note("Nothing was changed.");
    const { items } = await session.client.listProviderTypes({});
    const type = items.find((one) => one.type === name.type)!;
    const present = findProvider(configured, name);
    const written = await configureProvider(session, terminal, { name, type, present, given: {} });
    if (written === undefined) return terminal.note("Nothing was changed.");
    for (const line of describeProvider(written)) terminal.print(line);
  },
};

async function choose(
  { client }: Session,
  terminal: Terminal,
  configured: readonly ProviderName[],
): Promise<ProviderName | undefined> {
  const { items } = await client.listProviderTypes({});
  const choices = new Map<string, ProviderName | string>();
  for (const name of configured) choices.set(`Change ${shownName(name)}`, name);
  for (const { type, title } of items) choices.set(`Configure another account of ${title}`, type);
  const chosen = await terminal.choose("What shall be done?", [...choices.keys()], INSTEAD);
  const choice = chosen === undefined ? undefined : choices.get(chosen);
  if (typeof choice !== "string") return choice;
  const hasDefault = findProvider(configured, { type: choice, alias: DEFAULT_ALIAS }) !== undefined;
  const alias = await terminal.ask("What is it called in code?", {
    initial: hasDefault ? "" : DEFAULT_ALIAS,
    flag: "--alias",
  });
  return alias === undefined || alias === "" ? undefined : { type: choice, alias };
}
