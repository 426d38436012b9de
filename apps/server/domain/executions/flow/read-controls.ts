import { createHash } from "node:crypto";
import type { WireEvent } from "@floww/contract/abi";
import type { TriggerOptions } from "@floww/contract/trigger-options";
import { type PathValue, readPath } from "./read-path.ts";

/** What a trigger's options say about one event of it, before anything is looked up. */
export interface Controls {
  priority: number;
  ttlMs: number | null;
  /** Runs with the same one share the limit of `concurrency`. */
  flowKey: Buffer | null;
  rateLimit?: Metered;
  throttle?: Metered;
  debounce?: { key: Buffer; periodMs: number; maxWaitMs: number | undefined };
  batch?: { key: Buffer; size: number; maxWaitMs: number };
  /** Events with the same key are one. None where the event says nothing. */
  idempotency?: { key: Buffer; windowMs: number };
  /** Paths that the event has nothing at: its events share one key. */
  missing: string[];
}

export interface Metered {
  key: Buffer;
  limit: number;
  periodMs: number;
}

export interface ControlledTrigger {
  id: string;
  /** As checked at its deploy, by the contract's triggerOptions. */
  input: Record<string, unknown>;
}

const OPTIONS = [
  "concurrency",
  "rateLimit",
  "throttle",
  "debounce",
  "batch",
  "priority",
  "ttlMs",
  "idempotency",
] as const;

/** Undefined for a trigger that says nothing, which is nearly every one: its events cost nothing here. */
export function readControls({ id, input }: ControlledTrigger, event: WireEvent): Controls | undefined {
  if (!OPTIONS.some((name) => input[name] !== undefined)) return undefined;
  const { concurrency, rateLimit, throttle, debounce, batch, priority, ttlMs, idempotency } =
    input as TriggerOptions;
  const missing: string[] = [];
  const read = (path: string) => {
    const value = textOf(readPath(event, path));
    if (value === undefined) missing.push(path);
    return value;
  };
  const same = idempotency === undefined ? undefined : textOf(readPath(event, idempotency.key));
  const keyOf = (kind: string, path: string | undefined) =>
    hashKey([id, kind, path === undefined ? null : (read(path) ?? null)]);
  const metered = (kind: string, { limit, periodMs, key }: NonNullable<TriggerOptions["throttle"]>) => ({
    key: keyOf(kind, key),
    limit,
    periodMs,
  });
  return {
    priority: typeof priority === "string" ? priorityOf(read(priority)) : (priority ?? 0),
    ttlMs: ttlMs ?? null,
    flowKey: concurrency === undefined ? null : keyOf("concurrency", concurrency.key),
    ...(rateLimit === undefined ? {} : { rateLimit: metered("rateLimit", rateLimit) }),
    ...(throttle === undefined ? {} : { throttle: metered("throttle", throttle) }),
    ...(debounce === undefined
      ? {}
      : { debounce: { ...debounce, maxWaitMs: debounce.maxWaitMs, key: keyOf("debounce", debounce.key) } }),
    ...(batch === undefined ? {} : { batch: { ...batch, key: keyOf("batch", batch.key) } }),
    ...(idempotency === undefined || same === undefined
      ? {}
      : { idempotency: { key: hashKey([id, "idempotency", same]), windowMs: idempotency.windowMs } }),
    missing,
  };
}

const PRIORITY_MAX = 1_000;

/** 7 and "7" are the same value: queries and headers know no numbers. Undefined also for what is nested too deep. */
function textOf(value: PathValue): string | undefined {
  if (value === undefined || typeof value === "string") return value;
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}

function priorityOf(text: string | undefined): number {
  const number = Number(text);
  if (text === undefined || text.trim() === "" || Number.isNaN(number)) return 0;
  return Math.round(Math.min(PRIORITY_MAX, Math.max(-PRIORITY_MAX, number)));
}

/** Of a fixed size, whatever a caller put there. */
export function hashKey(parts: readonly (string | null)[]): Buffer {
  return createHash("sha256").update(JSON.stringify(parts)).digest();
}
