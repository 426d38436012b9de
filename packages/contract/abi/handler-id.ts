import { FlowwError } from "../errors/errors.ts";
import type { SourceLocation, TriggerRegistration } from "./abi.ts";

/**
 * Handler ids are what a trigger's identity hangs on across deployments, so they come from what the author wrote
 * and never from its position: the explicit `id`, else `<provider type>[.<alias>].<trigger type>:<key>`.
 * Two equal webhooks or two equal explicit ids are an error; equal vendor inputs are numbered in source order.
 */
export function assignHandlerIds(registrations: readonly TriggerRegistration[]): {
  ids: string[];
  warnings: string[];
} {
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
  const places = `${place(first.source)} and ${place(second.source)}`;
  if (second.id !== undefined || first.id !== undefined) {
    throw new FlowwError(
      "HANDLER_ID_TAKEN",
      `Two triggers have the id "${second.id ?? first.id}": ${places}.`,
    );
  }
  if (second.provider.type === "builtin" && second.type !== "onCron") {
    const what = second.type === "onManual" ? "manual trigger" : "webhook";
    throw new FlowwError("TRIGGER_TAKEN", `Two handlers for the ${what} ${second.key}: ${places}.`);
  }
}

/** `main.ts:12` */
export function place(source: SourceLocation | undefined): string {
  return source === undefined ? "an unknown place" : `${source.file}:${source.line}`;
}
