import type { RouteAnswer, Routes } from "@floww/contract/api";
import type { Manifest, ManifestTrigger } from "@floww/contract/manifest";
import type { MatchedProviders } from "../providers/match-providers.ts";
import type { ProviderName } from "../providers/provider-name.ts";
import { vendorTrigger } from "./print-deployed.ts";

type LiveTrigger = RouteAnswer<Routes["listTriggers"]>["items"][number];

export interface PlannedTrigger {
  handlerId: string;
  type: string;
  /** What changes, in words; for what is new or goes, what it is. */
  what: string;
}

export interface TriggerPlan {
  created: PlannedTrigger[];
  changed: PlannedTrigger[];
  removed: PlannedTrigger[];
  unchanged: PlannedTrigger[];
}

/** What of a trigger changes, by the handler's id, which is what a trigger keeps through deployments. */
export function planTriggers(manifest: Manifest, live: readonly LiveTrigger[], webhookUrl = ""): TriggerPlan {
  const plan: TriggerPlan = { created: [], changed: [], removed: [], unchanged: [] };
  const before = new Map(live.map((trigger) => [trigger.handlerId, trigger]));
  const planned = (trigger: Declared): PlannedTrigger => ({
    handlerId: trigger.handlerId,
    type: trigger.type,
    what: trigger.provider.type === "builtin" ? describe(trigger.input, webhookUrl) : vendorTrigger(trigger),
  });
  for (const trigger of manifest.triggers) {
    const old = before.get(trigger.handlerId);
    before.delete(trigger.handlerId);
    const differences = old === undefined ? [] : differencesOf(old.input, trigger.input);
    if (old === undefined) plan.created.push(planned(trigger));
    else if (differences.length === 0) plan.unchanged.push(planned(trigger));
    else {
      const { what, ...rest } = planned(old);
      const changes = differences.join("; ");
      plan.changed.push({ ...rest, what: `${what || rest.handlerId}: ${changes}` });
    }
  }
  for (const trigger of before.values()) plan.removed.push(planned(trigger));
  return plan;
}

export interface ProviderPlan {
  used: (ProviderName & { id: string; account: string; status: "working" | "failing" })[];
  missing: ProviderName[];
}

export function planProviders({ used, missing }: MatchedProviders): ProviderPlan {
  return {
    used: used.map(({ name, provider: { id, account, status } }) => ({ ...name, id, account, status })),
    missing,
  };
}

type Declared = Pick<ManifestTrigger, "handlerId" | "type" | "provider" | "input"> & {
  key?: string | undefined;
};
type Input = Record<string, unknown>;

function differencesOf(old: Input, next: Input): string[] {
  const keys = new Set([...Object.keys(old), ...Object.keys(next)]);
  return [...keys]
    .filter((key) => stableJson(old[key]) !== stableJson(next[key]))
    .map((key) => {
      const isLong = [old[key], next[key]].some((value) => typeof value === "object" && value !== null);
      return isLong ? `another ${key}` : `${key}: ${shown(old[key])} -> ${shown(next[key])}`;
    });
}

function shown(value: unknown): string {
  return value === undefined ? "not set" : String(value);
}

// The author's own declaration, as the SDK wrote it: what is missing or odd is refused by the server, with its line.
function describe({ method, path, expression, timezone, name }: Input, webhookUrl: string): string {
  if (path !== undefined) return `${method} ${webhookUrl}${path}`;
  if (expression !== undefined) return `cron ${expression} (${timezone})`;
  return name === undefined ? "" : `manual ${name}`;
}

/** Keys in order: what was stored and what is declared may list them differently. */
function stableJson(value: unknown): string | undefined {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === "object" && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}
