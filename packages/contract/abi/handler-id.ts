import { FlowwError } from "../errors/errors.ts";
import type { SourceLocation, TriggerRegistration } from "./abi.ts";

/**
 * Handler ids are what a trigger's identity hangs on across deployments, so they come from what the author wrote
 * and never from its position: the explicit `id`, else `<provider type>[.<alias>].<trigger type>:<key>`.
 * Two equal explicit ids are an error, and so are two webhooks or manual triggers that nobody could tell apart, whatever
 * their ids; equal vendor inputs are numbered in source order.
 */
export function assignHandlerIds(registrations: readonly TriggerRegistration[]): {
  ids: string[];
  warnings: string[];
} {
  refuseSharedAddresses(registrations);
  const seen = new Map<string, TriggerRegistration>();
  const counts = new Map<string, number>();
  const warnings: string[] = [];
  const ids = registrations.map((registration) => {
    const base = registration.id ?? derivedId(registration);
    const first = seen.get(base);
    if (first === undefined) {
      seen.set(base, registration);
      return base;
    }
    refuseEqual(registration, first);
    const number = (counts.get(base) ?? 1) + 1;
    counts.set(base, number);
    warnings.push(
      `${registration.type} ${registration.key} is listened for twice (${place(first.source)} and ` +
        `${place(registration.source)}); the second is ${base}#${number}. Give each an id of its own.`,
    );
    return `${base}#${number}`;
  });
  return { ids, warnings };
}

function derivedId({ provider, type, key }: TriggerRegistration): string {
  const alias = provider.alias === "default" ? "" : `.${provider.alias}`;
  return `${provider.type}${alias}.${type}:${key}`;
}

function refuseEqual(second: TriggerRegistration, first: TriggerRegistration): void {
  if (second.id === undefined && first.id === undefined) return;
  throw new FlowwError(
    "HANDLER_ID_TAKEN",
    `Two triggers have the id "${second.id ?? first.id}": ${place(first.source)} and ${place(second.source)}.`,
  );
}

interface Addressed {
  provider: { type: string };
  type: string;
  input: Readonly<Record<string, unknown>>;
  source?: SourceLocation | undefined;
}

/** @throws FlowwError TRIGGER_TAKEN for two that would be called by the same request or command */
export function refuseSharedAddresses(triggers: readonly Addressed[]): void {
  const seen = new Map<string, Addressed>();
  for (const trigger of triggers) {
    const address = addressOf(trigger);
    if (address === undefined) continue;
    // What a segment is called does not tell one path from another.
    const key = address.replace(/\/:[^/]*/g, "/:");
    const first = seen.get(key);
    if (first !== undefined)
      throw new FlowwError(
        "TRIGGER_TAKEN",
        `Two handlers for the ${address}: ${place(first.source)} and ${place(trigger.source)}.`,
      );
    seen.set(key, trigger);
  }
}

/** None where the input lacks what is called by: whoever takes it in refuses that. */
function addressOf({ provider, type, input: { method, path, name } }: Addressed): string | undefined {
  if (provider.type !== "builtin") return undefined;
  if (type === "onWebhook" && typeof path === "string") return `webhook ${method} ${path}`;
  return type === "onManual" && typeof name === "string" ? `manual trigger ${name}` : undefined;
}

/** `main.ts:12` */
export function place(source: SourceLocation | undefined): string {
  return source === undefined ? "an unknown place" : `${source.file}:${source.line}`;
}
