import type { RouteAnswer, Routes } from "@floww/contract/api";
import { printableLine } from "../printable.ts";
import { shownName } from "../providers/provider-name.ts";
import type { Terminal } from "../terminal.ts";
import type { Deployed } from "./deploy-bundle.ts";

type Trigger = RouteAnswer<Routes["listTriggers"]>["items"][number];

export function printLive(terminal: Terminal, name: string, deployed: Deployed): void {
  for (const warning of deployed.warnings) terminal.note(`warning: ${printableLine(warning)}`);
  terminal.print(`${name} version ${deployed.version} is live (${deployed.runtime}).`);
  for (const trigger of deployed.triggers) terminal.print(`  ${describeTrigger(trigger)}`);
}

/** What it listens for, in one line that can be acted on: an address, a schedule, a command. */
export function describeTrigger(trigger: Trigger): string {
  return printableLine(listensFor(trigger));
}

function listensFor(trigger: Trigger): string {
  const { provider, type, method, url, expression, timezone, nextRunAt, name, handlerId } = trigger;
  if (provider.type !== "builtin") return vendorTrigger(trigger);
  if (url !== undefined) return `${method} ${url}`;
  if (expression !== undefined) {
    return `cron ${expression} (${timezone})${nextRunAt === undefined ? "" : `, next at ${nextRunAt}`}`;
  }
  return type === "onManual" && name !== undefined ? `floww trigger ${shellWord(name)}` : handlerId;
}

/** `slack (team) onMessage C0123ABCD`. */
export function vendorTrigger({
  provider,
  type,
  key = "",
}: Pick<Trigger, "provider" | "type"> & { key?: string | undefined }): string {
  return `${shownName(provider)} ${type} ${key}`.trimEnd();
}

/** As a shell takes it for one word. */
export function shellWord(text: string): string {
  return /^[\w.@%+=:,/-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
