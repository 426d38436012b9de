import { formatInstant } from "../executions/format-time.ts";
import { printableLine } from "../printable.ts";
import { isLoopback } from "../reach-server.ts";
import type { Terminal } from "../terminal.ts";
import { type Provider, type ProviderType, shownName } from "./provider-name.ts";

type Field = ProviderType["fields"][number];

/** A head line and what matters about it, a line each. */
export function describeProvider(provider: Provider): string[] {
  const { id, account, status, failure, fields, secretFields, eventUrl, registrations, usedBy } = provider;
  const { credentialExpiresAt } = provider;
  const rows: [string, string][] = [["id", id]];
  if (failure !== undefined) rows.push(["failure", failure]);
  if (credentialExpiresAt !== undefined) rows.push(["expires", formatInstant(credentialExpiresAt)]);
  const settings = Object.entries(fields).map(([name, value]) => `${name}=${value}`);
  rows.push(["fields", [...settings, ...secretFields.map((name) => `${name} (secret)`)].join(", ")]);
  if (eventUrl !== undefined) rows.push(["events to", `${eventUrl}${warningOf(eventUrl)}`]);
  for (const one of registrations) {
    const health = one.failure === undefined ? one.status : `${one.status}: ${one.failure}`;
    rows.push(["webhook", `${one.target} (${one.events.join(", ")}), ${health}`]);
  }
  rows.push(["used by", usedBy.length === 0 ? "no live workflow" : usedBy.join(", ")]);
  return [
    `${shownName(provider)}: ${printableLine(account)}, ${status}`,
    ...rows.map(([name, value]) => `  ${name.padEnd(9)}  ${printableLine(value)}`),
  ];
}

export function printProviders(terminal: Terminal, providers: readonly Provider[]): void {
  for (const [index, provider] of providers.entries()) {
    if (index > 0) terminal.print("");
    for (const line of describeProvider(provider)) terminal.print(line);
  }
}

export function printTypes(terminal: Terminal, types: readonly ProviderType[]): void {
  for (const [index, { type, title, guide, fields }] of types.entries()) {
    if (index > 0) terminal.print("");
    terminal.print(`${type}: ${title}`);
    for (const line of guide.split("\n")) terminal.print(`  ${printableLine(line)}`);
    terminal.print("");
    terminal.table(["FIELD", "", "WHAT IT IS"], fields.map(describeField));
  }
}

function describeField({ name, label, help, isSecret, isOptional, default: otherwise }: Field): string[] {
  const kind = [...(isSecret ? ["secret"] : []), ...(isOptional ? ["optional"] : [])].join(", ");
  const about = help === undefined ? label : `${label}. ${help}`;
  return [name, kind, otherwise === undefined ? about : `${about} (default ${otherwise})`];
}

/** A service on the internet finds nobody at an address of this machine. */
function warningOf(eventUrl: string): string {
  return isLoopback(new URL(eventUrl).hostname)
    ? " (no address for the internet: start the server with FLOWW_PUBLIC_URL)"
    : "";
}
