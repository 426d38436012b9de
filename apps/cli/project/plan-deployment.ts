import type { RouteAnswer, Routes } from "@floww/contract/api";
import type { Manifest, ManifestTrigger } from "@floww/contract/manifest";

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

/** What of a trigger the server tells, by the handler's id, which is what a trigger keeps through deployments. */
export function planTriggers(
  manifest: Manifest,
  live: readonly LiveTrigger[],
  webhookUrl: string | undefined,
): TriggerPlan {
  const plan: TriggerPlan = { created: [], changed: [], removed: [], unchanged: [] };
  const before = new Map(live.map((trigger) => [trigger.handlerId, factsOfLive(trigger)]));
  for (const trigger of manifest.triggers) {
    const { handlerId, type } = trigger;
    const facts = factsOfNext(trigger, webhookUrl ?? "");
    const old = before.get(handlerId);
    before.delete(handlerId);
    const differences = old === undefined ? [] : differencesOf(old, facts);
    if (old === undefined) plan.created.push({ handlerId, type, what: describe(facts) });
    else if (differences.length > 0)
      plan.changed.push({ handlerId, type, what: `${describe(old ?? facts)}: ${differences.join("; ")}` });
    else plan.unchanged.push({ handlerId, type, what: describe(facts) });
  }
  for (const { handlerId, type } of live) {
    const facts = before.get(handlerId);
    if (facts !== undefined) plan.removed.push({ handlerId, type, what: describe(facts) });
  }
  return plan;
}

type Facts = Record<string, string>;

function factsOfLive({ method, url, expression, timezone, name, inputSchema }: LiveTrigger): Facts {
  return present({ method, url, expression, timezone, name, inputSchema });
}

// The author's own declaration, as the SDK wrote it: what is missing or odd is refused by the server, with its line.
function factsOfNext({ provider, type, input }: ManifestTrigger, webhookUrl: string): Facts {
  if (provider.type !== "builtin") return {};
  const { method, path, expression, timezone, name, inputSchema } = input;
  const url = type === "onWebhook" ? `${webhookUrl}${String(path)}` : undefined;
  return present({ method, url, expression, timezone, name, inputSchema });
}

function present(values: Record<string, unknown>): Facts {
  const known = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(
    known.map(([key, value]) => [key, typeof value === "string" ? value : stableJson(value)]),
  );
}

function differencesOf(old: Facts, next: Facts): string[] {
  const keys = new Set([...Object.keys(old), ...Object.keys(next)]);
  return [...keys]
    .filter((key) => old[key] !== next[key])
    .map((key) =>
      key === "inputSchema"
        ? "another inputSchema"
        : `${key}: ${old[key] ?? "none"} -> ${next[key] ?? "none"}`,
    );
}

function describe({ method, url, expression, timezone, name }: Facts): string {
  if (url !== undefined) return `${method} ${url}`;
  if (expression !== undefined) return `cron ${expression} (${timezone})`;
  return name === undefined ? "" : `manual ${name}`;
}

/** Keys in order: PostgreSQL gives JSON back with its own. */
function stableJson(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === "object" && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}
